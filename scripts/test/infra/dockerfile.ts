import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { readIgnore } from './dockerignore.js'

const run = promisify(execFile)

/** One instruction of a Dockerfile. */
interface Instruction { name: string, flags: Record<string, string>, words: string[], text: string }

/** What a stage has come to: its root folder, and what its next instructions run with. */
interface Stage {
  folder: string
  workdir: string
  env: Record<string, string>
  user: string
  exec: Record<string, string[]>
}

export interface BuildOptions {
  /** The folder that is built from; what its `.dockerignore` names is left out. */
  context: string
  /** The Dockerfile, in the context. */
  file: string
  /** Where the stages get a folder each. */
  folder: string
  args: Record<string, string>
  /** More environment of every command. */
  env?: Record<string, string>
  /** Does the work of a command by other means; the command is run where it returns false. */
  replace?: (command: string, workdir: string) => Promise<boolean>
}

/**
 * A command without the hooks that tap puts into every Node.js process under a test, which write files of their own.
 */
export const withoutTap = (command: string[]): [command: string, args: string[]] =>
  ['env', ['-u', 'NODE_OPTIONS', '-u', 'NODE_V8_COVERAGE', ...command]]

const parse = (text: string): Instruction[] => text
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter(line => line.trim() !== '')
  .map(line => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? []
    const words = rest.split(/\s+/)
    const flags: Record<string, string> = {}
    while (words[0]?.startsWith('--') === true) {
      const [flag = '', value = ''] = words.shift()!.slice(2).split(/=(.*)/s)
      flags[flag] = value
    }
    return { name: name.toUpperCase(), flags, words, text: words.join(' ') }
  })

const expand = (text: string, values: Record<string, string>): string =>
  text.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => values[(braced ?? bare)!] ?? '')

/**
 * Carries out the instructions of a Dockerfile without a container engine: each stage is a folder instead of a file
 * system, so commands must use relative paths, and images from a registry are this machine. Knows the instructions and
 * flags that ours uses, and rejects others. Resolves to the last stage.
 */
export const buildDockerfile = async (options: BuildOptions): Promise<Stage> => {
  const { context, file, folder, args, env = {}, replace = async () => false } = options
  const stages = new Map<string, Stage>()
  const included = readIgnore(await readFile(join(context, '.dockerignore'), 'utf8'))
  const globals: Record<string, string> = {}
  let stage: Stage | undefined
  let values: Record<string, string> = globals

  const copy = async (flags: Record<string, string>, words: string[]): Promise<void> => {
    const { folder: root, workdir } = stage!
    const [target = '', ...sources] = words.map(word => expand(word, { ...values, ...stage!.env })).reverse()
    const to = join(root, posix.resolve(workdir, target))
    await mkdir(to, { recursive: true })
    for (const source of sources) {
      if (flags['from'] !== undefined) {
        const other = stages.get(flags['from'])!
        // Hard links: no stage changes the files of another in place.
        await run('cp', ['-al', `${join(other.folder, posix.resolve('/', source))}/.`, to])
      } else if (source === '.') {
        for (const entry of await readdir(context)) {
          await cp(join(context, entry), join(to, entry), {
            recursive: true, filter: path => included(posix.relative(context, path))
          })
        }
      } else {
        if (!included(source)) throw new Error(`.dockerignore leaves ${source} out of the build`)
        await cp(join(context, source), join(to, posix.basename(source)), { recursive: true })
      }
    }
  }

  const command = async (text: string): Promise<void> => {
    const cwd = join(stage!.folder, stage!.workdir)
    if (await replace(text, cwd)) return
    await run(...withoutTap(['sh', '-ec', text]), {
      cwd,
      env: { ...env, ...values, ...stage!.env },
      maxBuffer: 2 ** 24
    })
  }

  for (const { name, flags, words, text } of parse(await readFile(join(context, file), 'utf8'))) {
    if (name === 'ARG') {
      const [key = '', fallback] = words[0]!.split('=')
      values[key] = args[key] ?? fallback ?? globals[key] ?? ''
    } else if (name === 'FROM') {
      const base = stages.get(words[0]!)
      const id = words[2] ?? 'final'
      stage = { folder: join(folder, id), workdir: base?.workdir ?? '/', env: { ...base?.env }, user: '0', exec: {} }
      values = {}
      stages.set(id, stage)
      await mkdir(join(stage.folder, stage.workdir), { recursive: true })
    } else if (stage === undefined) {
      throw new Error(`${name} before FROM`)
    } else if (name === 'ENV') {
      for (const word of words) {
        const [key = '', value = ''] = word.split(/=(.*)/s)
        stage.env[key] = expand(value, { ...values, ...stage.env })
      }
    } else if (name === 'WORKDIR') {
      stage.workdir = posix.resolve(stage.workdir, words[0]!)
      await mkdir(join(stage.folder, stage.workdir), { recursive: true })
    } else if (name === 'COPY') {
      await copy(flags, words)
    } else if (name === 'RUN') {
      await command(text)
    } else if (name === 'USER') {
      stage.user = words[0]!
    } else if (name === 'HEALTHCHECK' || name === 'ENTRYPOINT') {
      stage.exec[name] = JSON.parse(text.replace(/^CMD /, '')) as string[]
    } else if (name !== 'STOPSIGNAL') {
      throw new Error(`Unknown instruction ${name}`)
    }
  }
  return stage!
}
