import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const running = new Map<ChildProcess, NodeJS.Signals>()
const folders = new Set<string>()

process.once('exit', () => {
  for (const [child, signal] of running) child.kill(signal)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

/**
 * Creates a folder for a server's files, which is removed with this process at the latest. Returns it with a function
 * that removes it.
 */
export const serverFolder = async (prefix: string): Promise<{ folder: string, remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  folders.add(folder)
  const remove = async () => {
    await rm(folder, { recursive: true, force: true })
    folders.delete(folder)
  }
  return { folder, remove }
}

// `exit` is not emitted when this process is killed; with util-linux, the kernel then kills its servers.
const leash = (signal: NodeJS.Signals): readonly string[] =>
  existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', signal.slice(3)] : []

/** A server that a test started. */
export interface ServerProcess {
  readonly pid: number
  readonly exited: boolean
  /** The last lines of its output, for errors. */
  lastOutput (): string
  /** Sends a signal; resolves once the process has exited. */
  end (signal: NodeJS.Signals): Promise<void>
  signal (signal: NodeJS.Signals): void
}

/** `user`: to run as, instead of root. `lastSignal`: ends it with this process; SIGKILL by default. */
export interface SpawnOptions {
  command: string
  args: readonly string[]
  user?: string
  cwd?: string
  lastSignal?: NodeJS.Signals
}

/** Starts a server, which ends with this process at the latest. */
export const startProcess = ({ command, args, user, cwd, lastSignal = 'SIGKILL' }: SpawnOptions): ServerProcess => {
  const as = user ? [...leash(lastSignal), '--reuid', user, '--regid', user, '--clear-groups'] : leash(lastSignal)
  const [first = command, ...rest] = [...as, command, ...args]
  const child = spawn(first, rest, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  const keep = (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4000) }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', error => keep(Buffer.from(error.message)))
  running.set(child, lastSignal)
  child.once('exit', () => running.delete(child))
  // It must not keep a test's process alive that forgot to stop it; the pipes are sockets, whatever their type says.
  child.unref()
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket).unref()
  const gone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  return {
    get pid () { return child.pid ?? 0 },
    get exited () { return gone() },
    lastOutput: () => words,
    signal: signal => { child.kill(signal) },
    end: async signal => {
      if (gone()) return
      const exit = once(child, 'exit')
      child.ref()
      child.kill(signal)
      await exit
    }
  }
}

/** A port on which nothing listens now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('The system assigned no port')
  return address.port
}

const PORTS_TO_TRY = 4

/** Starts a server on a free port, and on another one if that fails, since the port may have been taken since. */
export const onFreePort = async <Server>(start: (port: number) => Promise<Server>): Promise<Server> => {
  for (let tries = 1; ; tries++) {
    try {
      return await start(await freePort())
    } catch (error) {
      if (tries === PORTS_TO_TRY) throw error
    }
  }
}

/** A process and its descendants, newest last, on Linux; elsewhere the process alone. */
export const processTree = async (pid: number): Promise<number[]> => {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const children = list.split(' ').filter(Boolean).map(Number)
  return [pid, ...(await Promise.all(children.map(processTree))).flat()]
}
