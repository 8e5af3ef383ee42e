import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const execute = promisify(execFile)

/** The commands of one step of docs/operations.md, as they are printed there. */
const stepOf = async (name: string): Promise<string> => {
  const page = await readFile(`${root}docs/operations.md`, 'utf8')
  const step = new RegExp(`<!-- operations: ${name} -->\n *\`\`\`sh\n([\\s\\S]*?)\`\`\``).exec(page)?.[1]
  if (step === undefined) throw new Error(`docs/operations.md has no step "${name}"`)
  return step
}

/**
 * Runs a step of docs/operations.md with these variables, as the user `as` where we are root. Rejects if a command
 * fails.
 */
export const runDocumented = async (name: string, variables: Record<string, string>, as?: string): Promise<void> => {
  const shell = ['bash', '--noprofile', '--norc', '-e', '-c', await stepOf(name)]
  const changesUser = as !== undefined && process.getuid?.() === 0
  const [first = '', ...rest] = changesUser
    ? ['setpriv', '--reuid', as, '--regid', as, '--clear-groups', ...shell]
    : shell
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env
  await execute(first, rest, { cwd: as === undefined ? root : '/', env: { ...environment, ...variables } })
}
