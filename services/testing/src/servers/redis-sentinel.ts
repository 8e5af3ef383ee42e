import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '../wait-for.js'
import { redisCall, redisInfo } from './redis-call.js'
import { startRedis, type RedisOptions, type RedisServer } from './redis.js'
import { freePort, serverFolder } from './server-process.js'

/** A master, its replicas and the Sentinels that monitor them. */
export interface RedisSentinelServers {
  /** URLs of the Sentinels, comma-separated, for `REDIS_URL`. */
  readonly url: string
  /** Name of the master at the Sentinels. */
  readonly name: string
  /** Master and replicas, in the order of their start. */
  readonly nodes: readonly RedisServer[]
  readonly sentinels: readonly RedisServer[]
  /** The current master according to the Sentinels. */
  master (): Promise<RedisServer>
  /** Stops everything and deletes its files. */
  remove (): Promise<void>
}

const NAME = 'mymaster'

const sentinelConfig = (port: number, folder: string, master: number, quorum: number): string => [
  `port ${port}`,
  'bind 127.0.0.1',
  `dir ${folder}`,
  `sentinel monitor ${NAME} 127.0.0.1 ${master} ${quorum}`,
  `sentinel down-after-milliseconds ${NAME} 1000`,
  `sentinel failover-timeout ${NAME} 3000`,
  `sentinel parallel-syncs ${NAME} 1`,
  ''
].join('\n')

const startSentinel = async (master: number, quorum: number): Promise<RedisServer> => {
  const port = await freePort()
  // A Sentinel rewrites its configuration, so that each has its own folder.
  const { folder, remove } = await serverFolder('motience-sentinel-')
  const file = join(folder, 'sentinel.conf')
  await writeFile(file, sentinelConfig(port, folder, master, quorum))
  const server = await startRedis({ port, config: { file, sentinel: true } })
  return { ...server, get pid () { return server.pid }, remove: async () => { await server.remove(); await remove() } }
}

const masterPort = async (sentinels: readonly RedisServer[]): Promise<number> => {
  for (const { port } of sentinels) {
    const answer = await redisCall(port, 'SENTINEL', 'get-master-addr-by-name', NAME).catch(() => null)
    if (Array.isArray(answer)) return Number(answer[1])
  }
  throw new Error('No Sentinel knows a master')
}

const knowAll = async (sentinel: RedisServer, replicas: number, others: number): Promise<boolean> => {
  const [state] = Object.entries(await redisInfo(sentinel.port, 'sentinel'))
    .filter(([key]) => key === 'master0')
    .map(([, value]) => value)
  return (
    state?.includes('status=ok') === true &&
    state.includes(`slaves=${replicas},`) &&
    state.includes(`sentinels=${others + 1}`)
  )
}

/**
 * Starts a master, its replicas (1 by default) and three Sentinels that fail over after a second of silence. Resolves
 * once every Sentinel knows all others and the replicas have caught up.
 */
export const startRedisSentinel = async ({
  replicas = 1, aof
}: { replicas?: number; aof?: RedisOptions['aof'] } = {}): Promise<RedisSentinelServers> => {
  const master = await startRedis({ aof })
  const copies: RedisServer[] = []
  for (let i = 0; i < replicas; i++) {
    copies.push(
      await startRedis({ aof, args: ['--replicaof', `127.0.0.1 ${master.port}`, '--repl-diskless-sync-delay', '0'] })
    )
  }
  const nodes = [master, ...copies]
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, 2)))
  await waitFor(
    async () => {
      const known = await Promise.all(sentinels.map(sentinel => knowAll(sentinel, replicas, 2)))
      const links = await Promise.all(
        copies.map(async copy => (await redisInfo(copy.port, 'replication'))['master_link_status'])
      )
      return known.every(Boolean) && links.every(link => link === 'up')
    },
    { timeoutMs: 30_000, what: 'the sentinels to know each other and the replicas to catch up' }
  )
  return {
    url: sentinels.map(({ url }) => url).join(','),
    name: NAME,
    nodes,
    sentinels,
    master: async () => {
      const port = await masterPort(sentinels)
      const node = nodes.find(node => node.port === port)
      if (!node) throw new Error(`The sentinels name a master on port ${port}, which is not one of theirs`)
      return node
    },
    remove: async () => { await Promise.all([...sentinels, ...nodes].map(server => server.remove())) }
  }
}
