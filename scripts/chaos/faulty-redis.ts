import { setTimeout as pause } from 'node:timers/promises'
import {
  redisCall, redisInfo, startRedis, startRedisCluster, startRedisSentinel, waitFor, type RedisServer
} from '@motience/testing'
import { serverFaults, type Fault } from './service-faults.js'
import type { Random } from './random.js'

export const redisForms = ['standalone', 'sentinel', 'cluster'] as const
export type RedisForm = (typeof redisForms)[number]

/** A Redis deployment and its faults. */
export interface FaultyRedis {
  url: string
  /** Environment variables that select the deployment in the services. */
  environment: Record<string, string>
  faults: Fault[]
  /** Fails over to a replica that missed the latest writes. Resolves once the old master replicates it. */
  failOverStale (random: Random): Promise<void>
  remove (): Promise<void>
}

/** A master and its replica. */
interface Pair { master: RedisServer, replica: RedisServer }

const FAILOVER_MS = 30_000

const isMaster = async ({ port }: RedisServer): Promise<boolean> =>
  (await redisInfo(port, 'replication').catch(() => ({} as Record<string, string>)))['role'] === 'master'

const isReplicating = async ({ port }: RedisServer): Promise<boolean> => {
  const info = await redisInfo(port, 'replication').catch(() => ({} as Record<string, string>))
  return info['role'] === 'slave' && info['master_link_status'] === 'up'
}

/**
 * The faults of a deployment with replicas. `findPair` selects a master and its replica; `rejoin` is called repeatedly
 * until the old master replicates the new one, for deployments that don't arrange that promptly themselves.
 */
const failoverFaults = (
  findPair: (random: Random) => Promise<Pair>, rejoin: (pair: Pair) => Promise<void> = async () => {}
): Pick<FaultyRedis, 'faults' | 'failOverStale'> => {
  const waitForFailover = async (pair: Pair): Promise<void> => {
    const { master, replica } = pair
    await waitFor(() => isMaster(replica), { timeoutMs: FAILOVER_MS, what: 'the replica to be promoted' })
    await master.start()
    await waitFor(async () => {
      await rejoin(pair)
      return await isReplicating(master) || await isReplicating(replica)
    }, { timeoutMs: FAILOVER_MS, what: 'one of the two to replicate the other' })
  }
  const failOver = async (random: Random) => {
    const pair = await findPair(random)
    await pair.master.kill()
    await waitForFailover(pair)
  }
  const failOverStale = async (random: Random) => {
    const pair = await findPair(random)
    await pair.replica.pause()
    // Its connection is closed, too, so that the next writes are not even in its socket buffer.
    await redisCall(pair.master.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
    await pause(random.between(50, 800))
    await pair.master.kill()
    await pair.replica.resume()
    await waitForFailover(pair)
  }
  const pauseMaster = async (random: Random) => {
    const { master, replica } = await findPair(random)
    await master.pause()
    await pause(random.between(200, 4000))
    await master.resume()
    await waitFor(async () => (await isReplicating(replica)) || (await isReplicating(master)), {
      timeoutMs: FAILOVER_MS,
      what: 'one of the two to replicate the other'
    })
  }
  return {
    faults: [
      { name: 'kill the master of redis', run: failOver },
      { name: 'fail over to a stale replica of redis', run: failOverStale },
      { name: 'pause the master of redis', run: pauseMaster }
    ],
    failOverStale
  }
}

const startStandalone = async (): Promise<FaultyRedis> => {
  const redis = await startRedis({ aof: 'always' })
  return {
    url: redis.url,
    environment: {},
    faults: serverFaults('redis', redis, { maxPauseMs: 4000 }),
    failOverStale: async () => { throw new Error('Standalone Redis has no replica') },
    remove: () => redis.remove()
  }
}

const startSentinel = async (): Promise<FaultyRedis> => {
  const servers = await startRedisSentinel({ aof: 'everysec' })
  const findPair = async () => {
    const master = await servers.master()
    return { master, replica: servers.nodes.find(node => node !== master)! }
  }
  return {
    url: servers.url,
    environment: { REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: servers.name },
    ...failoverFaults(() => waitFor(async () => {
      const pair = await findPair()
      return await isMaster(pair.master) && await isReplicating(pair.replica) && pair
    }, { timeoutMs: FAILOVER_MS, what: 'a master and its replica' }), async ({ master, replica }) => {
      // The sentinels would do this themselves after about ten seconds.
      if ((await servers.master()) === replica && (await isMaster(master))) {
        await redisCall(master.port, 'REPLICAOF', '127.0.0.1', String(replica.port))
      }
    }),
    remove: () => servers.remove()
  }
}

const startCluster = async (): Promise<FaultyRedis> => {
  const servers = await startRedisCluster({ replicas: true, aof: 'everysec' })
  const findPair = async (random: Random) => {
    const nodes = random.pick(servers.masters.map((node, i) => [node, servers.replicas[i]!] as const))
    return await waitFor(async () => {
      for (const [master, replica] of [nodes, [nodes[1], nodes[0]] as const]) {
        if (await isMaster(master) && await isReplicating(replica)) return { master, replica }
      }
      return null
    }, { timeoutMs: FAILOVER_MS, what: 'a master and its replica' })
  }
  return {
    url: servers.url,
    environment: { REDIS_MODE: 'cluster' },
    ...failoverFaults(findPair),
    remove: () => servers.remove()
  }
}

/**
 * Starts Redis standalone (AOF on every write), with a replica and three Sentinels, or as a Cluster of three masters
 * with a replica each (AOF every second).
 */
export const startFaultyRedis = (form: RedisForm): Promise<FaultyRedis> =>
  ({ standalone: startStandalone, sentinel: startSentinel, cluster: startCluster })[form]()
