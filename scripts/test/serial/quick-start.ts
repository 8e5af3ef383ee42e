import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@motience/testing'
import type { Test } from 'tap'

/** The project's root folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The commands of each step of the quick start, as a document prints them. */
export const quickStartSteps = async (document: string): Promise<Map<string, string>> => {
  const text = await readFile(join(root, document), 'utf8')
  const steps = text.matchAll(/<!-- quick start: ([\w ]+) -->\n```sh\n([\s\S]*?)```/g)
  return new Map([...steps].map(([, name, commands]) => [name!, commands!]))
}

/** The commands of one step of QUICK_START.md. */
export const quickStartStep = async (name: string): Promise<string> => {
  const step = (await quickStartSteps('QUICK_START.md')).get(name)
  if (step === undefined) throw new Error(`QUICK_START.md has no step "${name}"`)
  return step
}

/** Each JSON object in a text, where they follow each other with or without line breaks. */
const objectsIn = (text: string): string[] =>
  [...text.replaceAll('}{', '}\n{').matchAll(/^\{.*\}$/gm)].map(([line]) => line)

/** An object's keys at every level, with the type or kind of frame that it says it is. */
const shapeOf = (value: unknown, key = ''): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(item => shapeOf(item))
  if (typeof value !== 'object' || value === null) return key === 'type' ? value : null
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member, name)]))
}

/** The shapes of all JSON objects in a text, each once. */
export const shapesIn = (text: string): Set<string> =>
  new Set(objectsIn(text).map(object => JSON.stringify(shapeOf(JSON.parse(object)))))

/** The shapes of the output that QUICK_START.md prints. */
export const printedShapes = async (): Promise<Set<string>> => {
  const text = await readFile(join(root, 'QUICK_START.md'), 'utf8')
  return shapesIn([...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json).join('\n'))
}

/**
 * `npm start` as a user types it, in a data folder of its own, ended when the test ends. Resolves once it says that it
 * is ready.
 */
export const npmStart = async (
  t: Test,
  environment: Record<string, string> = {}
): Promise<{ output: () => string; stop: () => Promise<void> }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-start-'))
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...withoutCoverage(), DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const ended = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    // As Ctrl-C does: the signal goes to the whole group, and npm passes on how it ended.
    process.kill(-child.pid!, 'SIGINT')
    await ended
  }
  t.teardown(async () => {
    await stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  await waitFor(() => {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${output}`)
    return output.includes('Motience is ready')
  }, { timeoutMs: 90_000, what: 'npm start' })
  return { output: () => output, stop }
}

/** Coverage is of the tests' own process; the platform under it runs as a user runs it. */
export const withoutCoverage = (): NodeJS.ProcessEnv => {
  const { NODE_V8_COVERAGE: _coverage, NODE_OPTIONS: _options, ...environment } = process.env
  return environment
}

/** One shell in which steps are typed one after the other, so that their variables stay. */
export const openShell = (t: Test) => {
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: root,
    env: withoutCoverage(),
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true
  })
  let output = ''
  let steps = 0
  shell.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  t.teardown(() => kill(shell))
  return {
    /** Types the commands and resolves to what they printed, once they have ended. */
    type: async (commands: string): Promise<string> => {
      const mark = `-- step ${++steps} done --`
      const from = output.length
      shell.stdin.write(`${commands}\necho; echo '${mark}'\n`)
      await waitFor(() => output.includes(mark, from), { timeoutMs: 30_000, what: commands })
      return output.slice(from, output.indexOf(mark, from))
    },
    /** Types commands that go on, in the background; `output` is what they printed so far. */
    leave: async (commands: string): Promise<{ output: () => Promise<string> }> => {
      const folder = await mkdtemp(join(tmpdir(), 'motience-shell-'))
      const file = join(folder, 'output')
      t.teardown(() => rm(folder, { recursive: true, force: true }))
      shell.stdin.write(`sleep infinity | ${commands.trim()} >'${file}' 2>&1 &\n`)
      return { output: () => readFile(file, 'utf8').catch(() => '') }
    }
  }
}

const kill = (child: ChildProcess): void => {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {}
}
