import { waitFor } from '../wait-for.js'
import { redisCall, redisInfo } from './redis-call.js'
import { startRedis, type RedisOptions, type RedisServer } from './redis.js'
import { freePort } from './server-process.js'

/** A Redis Cluster. */
export interface RedisClusterServers {
  /** URLs of all nodes, comma-separated, for `REDIS_URL`. */
  readonly url: string
  /** The nodes that start as masters, in the order of their slots. */
  readonly masters: readonly RedisServer[]
  /** The nodes that start as replicas, in the order of their masters. */
  readonly replicas: readonly RedisServer[]
  /** Stops everything and deletes its files. */
  remove (): Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3

const startNode = async (aof: RedisOptions['aof']): Promise<RedisServer> => startRedis({
  aof,
  args: [
    '--cluster-enabled', 'yes', '--cluster-node-timeout', '1500', '--cluster-port', String(await freePort()),
    '--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'
  ]
})

const meet = async (nodes: readonly RedisServer[]): Promise<void> => {
  const [first, ...others] = nodes
  if (!first) return
  for (const other of others) {
    const config = await redisCall(other.port, 'CONFIG', 'GET', 'cluster-port')
    const busPort = Array.isArray(config)
      ? String(config[1])
      : String((config as Record<string, string>)['cluster-port'])
    await redisCall(first.port, 'CLUSTER', 'MEET', '127.0.0.1', String(other.port), busPort)
  }
  await waitFor(async () => {
    const infos = await Promise.all(nodes.map(node => clusterInfo(node)))
    return infos.every(info => info['cluster_known_nodes'] === String(nodes.length))
  }, { timeoutMs: 30_000, what: 'the nodes to know each other' })
}

const clusterInfo = async (node: RedisServer): Promise<Record<string, string>> => {
  const text = String(await redisCall(node.port, 'CLUSTER', 'INFO'))
  return Object.fromEntries(text.split('\r\n').map(line => line.split(':', 2) as [string, string]))
}

const giveSlots = async (masters: readonly RedisServer[]): Promise<void> => {
  const share = Math.ceil(SLOTS / masters.length)
  for (const [i, master] of masters.entries()) {
    await redisCall(master.port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1))
    await redisCall(
      master.port,
      'CLUSTER',
      'ADDSLOTSRANGE',
      String(i * share),
      String(Math.min((i + 1) * share, SLOTS) - 1)
    )
  }
}

const replicate = async (masters: readonly RedisServer[], replicas: readonly RedisServer[]): Promise<void> => {
  for (const [i, replica] of replicas.entries()) {
    const master = masters[i % masters.length]
    if (master) {
      await redisCall(replica.port, 'CLUSTER', 'REPLICATE', String(await redisCall(master.port, 'CLUSTER', 'MYID')))
    }
  }
  await waitFor(async () => {
    const states = await Promise.all(replicas.map(replica => redisInfo(replica.port, 'replication')))
    return states.every(state => state['role'] === 'slave' && state['master_link_status'] === 'up')
  }, { timeoutMs: 30_000, what: 'the replicas to catch up' })
}

/**
 * Starts a cluster of three masters (Redis 7 or newer), with one replica each if `replicas` is true; failover happens
 * after 1.5 s of silence. Resolves once every node considers the cluster healthy.
 */
export const startRedisCluster = async ({
  replicas = false, aof
}: { replicas?: boolean; aof?: RedisOptions['aof'] } = {}): Promise<RedisClusterServers> => {
  const nodes = await Promise.all(Array.from({ length: replicas ? MASTERS * 2 : MASTERS }, () => startNode(aof)))
  const masters = nodes.slice(0, MASTERS)
  const copies = nodes.slice(MASTERS)
  await giveSlots(masters)
  await meet(nodes)
  await replicate(masters, copies)
  await waitFor(async () => (await Promise.all(nodes.map(clusterInfo))).every(info => info['cluster_state'] === 'ok'),
    { timeoutMs: 30_000, what: 'the cluster to be healthy' })
  return {
    url: nodes.map(({ url }) => url).join(','),
    masters,
    replicas: copies,
    remove: async () => { await Promise.all(nodes.map(node => node.remove())) }
  }
}
