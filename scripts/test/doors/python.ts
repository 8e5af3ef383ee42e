import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findCommand } from '@motience/testing'

const run = promisify(execFile)

/** Where Python's packages may be: on the PATH, and beside the generator of clients, as `.ci/run` installs them. */
const pythons = (): string[] => {
  const generator = findCommand('openapi-python-client')
  const beside = generator === null ? [] : [join(dirname(realpathSync(generator)), 'python3')]
  return [findCommand('python3') ?? [], beside].flat().filter(existsSync)
}

/** The first Python that can import a module, or null. */
export const pythonWith = async (module: string): Promise<string | null> => {
  for (const python of pythons()) {
    try {
      await run(python, ['-c', `import ${module}`])
      return python
    } catch {
      // another one may have it
    }
  }
  return null
}

/** Runs a program of this folder and resolves to the JSON that it wrote, and to what it wrote to standard error. */
export const runProgram = async (
  python: string, program: string, args: readonly string[]
): Promise<{ result: unknown, errors: string }> => {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  const file = fileURLToPath(new URL(program, import.meta.url))
  const { stdout, stderr } = await run(python, [file, ...args], { env, timeout: 60_000 })
  return { result: JSON.parse(stdout) as unknown, errors: stderr }
}
