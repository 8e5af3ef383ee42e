import { execFile } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { waitFor } from '../wait-for.js'
import { postgresFolder } from './find-command.js'
import { onFreePort, processTree, serverFolder, startProcess, type ServerProcess } from './server-process.js'

const run = promisify(execFile)

/** A private PostgreSQL server. */
export interface PostgresServer {
  /** Connects as the superuser `postgres`, without a password, on 127.0.0.1. */
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** Pid of the postmaster. */
  readonly pid: number
  /** Fast shutdown: closes connections and exits gracefully. The files stay until the process exits or `remove`. */
  stop (): Promise<void>
  /** On the same port, with the same files. */
  start (): Promise<void>
  restart (): Promise<void>
  /** SIGKILL to every process of the server, like a power cut that the disk's cache survived. */
  kill (): Promise<void>
  /** Suspends it without closing connections, until `resume`. */
  pause (): Promise<void>
  resume (): Promise<void>
  /** Stops it and deletes its files. */
  remove (): Promise<void>
}

// PostgreSQL refuses to run as root.
const user = process.getuid?.() === 0 ? 'postgres' : undefined

const userIds = async (): Promise<{ uid: number, gid: number } | null> => {
  if (!user) return null
  const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

const ownFolder = async () => {
  const own = await serverFolder('motience-pg-')
  const ids = await userIds()
  if (ids) await chown(own.folder, ids.uid, ids.gid)
  return own
}

const initialise = async (bin: string, dataDir: string): Promise<void> => {
  const args = [
    join(bin, 'initdb'),
    '-D',
    dataDir,
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync'
  ]
  const [first = '', ...rest] = user ? ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', ...args] : args
  await run(first, rest, { cwd: tmpdir() })
}

const settings = (port: number, socketDir: string, durable: boolean): string[] => Object.entries({
  port,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: socketDir,
  max_connections: 200,
  shared_buffers: '32MB',
  ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' })
}).flatMap(([name, value]) => ['-c', `${name}=${value}`])

const answers = async (url: string, dataDir: string, process: ServerProcess): Promise<void> => {
  await waitFor(async () => {
    if (process.exited) return true
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
    try {
      // Not another server that had the port before.
      const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`
      return row?.folder === dataDir
    } finally {
      await sql.end({ timeout: 1 })
    }
  }, { timeoutMs: 30_000, what: 'PostgreSQL to respond' })
}

const startOn = async (port: number, durable: boolean): Promise<PostgresServer> => {
  const bin = postgresFolder()
  if (!bin) throw new Error('No PostgreSQL on this machine: neither on the PATH nor in /usr/lib/postgresql')
  const { folder, remove } = await ownFolder()
  const dataDir = join(folder, 'data')
  await initialise(bin, dataDir)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let current: ServerProcess

  const start = async () => {
    // After a kill, the last backends may keep the shared memory for a moment, and a start then fails immediately.
    await waitFor(async () => {
      current = startProcess({
        command: join(bin, 'postgres'),
        args: ['-D', dataDir, ...settings(port, folder, durable)],
        user,
        cwd: folder,
        lastSignal: 'SIGQUIT'
      })
      await answers(url, dataDir, current)
      if (current.exited) throw new Error(`PostgreSQL exited: ${current.lastOutput()}`)
      return true
    }, { timeoutMs: 10_000, what: 'PostgreSQL to start' })
  }
  const stop = () => current.end('SIGINT')
  const send = (pid: number, signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const toTree = async (signal: NodeJS.Signals) => {
    if (current.exited) return
    // The postmaster first, before its children are listed: once suspended, it starts no more of them.
    send(current.pid, signal)
    for (const pid of await processTree(current.pid)) if (pid !== current.pid) send(pid, signal)
  }
  await start()
  return {
    url,
    port,
    dataDir,
    get pid () { return current.pid },
    stop,
    start,
    restart: async () => { await stop(); await start() },
    kill: async () => { await toTree('SIGKILL'); await current.end('SIGKILL') },
    pause: () => toTree('SIGSTOP'),
    resume: () => toTree('SIGCONT'),
    remove: async () => { await toTree('SIGCONT'); await stop(); await remove() }
  }
}

/** Starts a private PostgreSQL, with `fsync=off` unless `durable`. */
export const startPostgres = async ({ durable = false }: { durable?: boolean } = {}): Promise<PostgresServer> =>
  await onFreePort(port => startOn(port, durable))
