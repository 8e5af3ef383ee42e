import { waitFor } from '../wait-for.js'
import { redisCommand } from './find-command.js'
import { redisCall, redisInfo } from './redis-call.js'
import { onFreePort, serverFolder, startProcess, type ServerProcess } from './server-process.js'

/** A private Redis server. */
export interface RedisServer {
  /** `redis://127.0.0.1:<port>`. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly dataDir: string
  /** Graceful shutdown (SIGTERM): writes its AOF, if it has one. The files stay until `remove`. */
  stop (): Promise<void>
  /** Starts on the same port, with the same files, and loads the AOF. */
  start (): Promise<void>
  restart (): Promise<void>
  /** SIGKILL. */
  kill (): Promise<void>
  /** SIGSTOP: suspends it without closing connections, until `resume`. */
  pause (): void
  resume (): void
  /** Stops it and deletes its files. */
  remove (): Promise<void>
}

/** Persistence and other settings of a private Redis. */
export interface RedisOptions {
  /** When the append-only file is synced to disk; no AOF by default. */
  aof?: 'always' | 'everysec' | 'none'
  port?: number
  /** More arguments, such as `['--replicaof', '127.0.0.1 7000']`. */
  args?: readonly string[]
  /** Run with this configuration file instead of the settings above (a sentinel). */
  config?: { file: string, sentinel: true }
}

const settings = (port: number, dataDir: string, { aof = 'none', args = [], config }: RedisOptions): string[] => config
  ? [config.file, '--sentinel']
  : [
      '--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, '--save', '', '--daemonize', 'no',
      '--appendonly', aof === 'none' ? 'no' : 'yes', ...(aof === 'none' ? [] : ['--appendfsync', aof]), ...args
    ]

/** Whether this process responds, and not another that had the port before. */
const answers = async (port: number, { pid }: ServerProcess): Promise<boolean> =>
  (await redisInfo(port, 'server'))['process_id'] === String(pid) && await redisCall(port, 'PING') === 'PONG'

const startOn = async (port: number, options: RedisOptions): Promise<RedisServer> => {
  const command = redisCommand()
  if (!command) throw new Error('No redis-server on the PATH')
  const { folder: dataDir, remove } = await serverFolder('motience-redis-')
  let current: ServerProcess
  const start = async () => {
    current = startProcess({ command, args: settings(port, dataDir, options), cwd: dataDir })
    await waitFor(() => current.exited || answers(port, current), { what: 'Redis to respond' })
    if (current.exited) throw new Error(`Redis exited: ${current.lastOutput()}`)
  }
  const stop = async () => {
    current.signal('SIGCONT')
    await current.end('SIGTERM')
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dataDir,
    get pid () { return current.pid },
    stop,
    start,
    restart: async () => { await stop(); await start() },
    kill: () => current.end('SIGKILL'),
    pause: () => { current.signal('SIGSTOP') },
    resume: () => { current.signal('SIGCONT') },
    remove: async () => { await stop(); await remove() }
  }
}

/** Starts a private Redis, on a free port of 127.0.0.1 by default. */
export const startRedis = async (options: RedisOptions = {}): Promise<RedisServer> =>
  options.port === undefined ? await onFreePort(port => startOn(port, options)) : await startOn(options.port, options)
