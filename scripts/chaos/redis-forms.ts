import { setTimeout as pause } from 'node:timers/promises'
import {
  redisCall, redisInfo, startRedis, startRedisCluster, startRedisSentinel, waitFor, type RedisServer
} from '@motience/testing'
import type { Fault } from './faults.js'
import type { Random } from './random.js'

export const redisForms = ['standalone', 'sentinel', 'cluster'] as const
export type RedisForm = (typeof redisForms)[number]

/** Redis in one of its forms, with what can go wrong with it. */
export interface FaultyRedis {
  url: string
  /** What the services need to know of the form. */
  environment: Record<string, string>
  faults: Fault[]
  /**
   * Makes a replica that has missed what was written last the master. Resolves once the old master copies it; throws
   * where there is no replica.
   */
  failOverStale (random: Random): Promise<void>
  remove (): Promise<void>
}

/** A master and the replica that takes its place. */
interface Pair { master: RedisServer, replica: RedisServer }

const FAILOVER_MS = 30_000

const isMaster = async ({ port }: RedisServer): Promise<boolean> =>
  (await redisInfo(port, 'replication').catch(() => ({} as Record<string, string>)))['role'] === 'master'

const copies = async ({ port }: RedisServer): Promise<boolean> => {
  const info = await redisInfo(port, 'replication').catch(() => ({} as Record<string, string>))
  return info['role'] === 'slave' && info['master_link_status'] === 'up'
}

/**
 * The faults of a form in which a replica takes over. `findPair` chooses a master and its replica, which copies it;
 * `rejoin` is called over and over, until the old master copies the new one, where the form doesn't see to that soon by
 * itself.
 */
const failoverFaults = (
  findPair: (random: Random) => Promise<Pair>, rejoin: (pair: Pair) => Promise<void> = async () => {}
): Pick<FaultyRedis, 'faults' | 'failOverStale'> => {
  const replaced = async (pair: Pair): Promise<void> => {
    const { master, replica } = pair
    await waitFor(() => isMaster(replica), { timeoutMs: FAILOVER_MS, what: 'the replica to take over' })
    await master.start()
    await waitFor(async () => {
      await rejoin(pair)
      return await copies(master) || await copies(replica)
    }, { timeoutMs: FAILOVER_MS, what: 'one of the two to copy the other' })
  }
  const failOver = async (random: Random) => {
    const pair = await findPair(random)
    await pair.master.kill()
    await replaced(pair)
  }
  const failOverStale = async (random: Random) => {
    const pair = await findPair(random)
    await pair.replica.pause()
    // Its connection is cut too: what is written now isn't even on its way to it.
    await redisCall(pair.master.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
    await pause(random.between(50, 800))
    await pair.master.kill()
    await pair.replica.resume()
    await replaced(pair)
  }
  const standStill = async (random: Random) => {
    const { master, replica } = await findPair(random)
    await master.pause()
    await pause(random.between(200, 4000))
    await master.resume()
    await waitFor(async () => (await copies(replica)) || (await copies(master)), {
      timeoutMs: FAILOVER_MS,
      what: 'one of the two to copy the other'
    })
  }
  return {
    faults: [
      { name: 'kill the master of redis', run: failOver },
      { name: 'fail over to a stale replica of redis', run: failOverStale },
      { name: 'pause the master of redis', run: standStill }
    ],
    failOverStale
  }
}

const startStandalone = async (): Promise<FaultyRedis> => {
  const redis = await startRedis({ aof: 'always' })
  return {
    url: redis.url,
    environment: {},
    faults: [
      {
        name: 'kill redis',
        run: async random => {
          await redis.kill()
          await pause(random.between(0, 500))
          await redis.start()
        }
      },
      {
        name: 'pause redis',
        run: async random => {
          redis.pause()
          await pause(random.between(200, 4000))
          redis.resume()
        }
      }
    ],
    failOverStale: async () => { throw new Error('A standalone Redis has no replica') },
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
      return await isMaster(pair.master) && await copies(pair.replica) && pair
    }, { timeoutMs: FAILOVER_MS, what: 'a master and its replica' }), async ({ master, replica }) => {
      // They would say this themselves after some ten seconds.
      if ((await servers.master()) === replica && (await isMaster(master))) { await redisCall(master.port, 'REPLICAOF', '127.0.0.1', String(replica.port)) }
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
        if (await isMaster(master) && await copies(replica)) return { master, replica }
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
 * Starts Redis in a form: standalone (AOF on every write), with a replica and three Sentinels, or as a Cluster of three
 * masters with a replica each (AOF every second).
 */
export const startFaultyRedis = (form: RedisForm): Promise<FaultyRedis> =>
  ({ standalone: startStandalone, sentinel: startSentinel, cluster: startCluster })[form]()
