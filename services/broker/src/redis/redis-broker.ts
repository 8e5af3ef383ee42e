import { randomUUID } from 'node:crypto'
import { CONTROL_CHANNEL, CONTROL_COUNT_KEY } from '@motience/schemas'
import { type Broker, BrokerUnavailableError } from '../broker.js'
import { type BrokerLimits, defaultBrokerLimits } from '../limits.js'
import { type BrokerLogger, silentLogger } from '../logger.js'
import { createAccept } from './accept.js'
import { controlText, createChannels } from './channels.js'
import { clusterTopology } from './cluster.js'
import { createControlCount } from './control-count.js'
import { asFailure } from './failure.js'
import { openPubSub } from './pub-sub.js'
import { createLogCommands } from './log.js'
import { scanProducers } from './producers.js'
import { createRevocationCommands } from './revocations.js'
import { createRun } from './run.js'
import { sentinelTopology } from './sentinel.js'
import { standaloneTopology } from './standalone.js'
import type { Topology } from './topology.js'

export type RedisMode = 'standalone' | 'sentinel' | 'cluster'

export interface RedisBrokerOptions {
  /**
   * `redis://` or `rediss://`, this with `?ca=<file>` where an authority of one's own signs the certificates; for
   * Sentinel (its Sentinels) and Cluster (some of its servers) several, comma-separated.
   */
  url: string
  mode: RedisMode
  /** Name under which the Sentinels watch the master. */
  sentinelName?: string
  limits?: Partial<BrokerLimits>
  logger?: BrokerLogger
  /** Milliseconds between two probes. A loss is noticed after at most three of them plus `timeoutMs`. */
  probeMs?: number
  /** Milliseconds that a call may take. */
  timeoutMs?: number
}

const topologyOf = ({ url, mode, sentinelName = 'mymaster' }: RedisBrokerOptions, timeoutMs: number): Topology => {
  switch (mode) {
    case 'standalone': return standaloneTopology(url)
    case 'sentinel': return sentinelTopology(url, sentinelName, timeoutMs)
    case 'cluster': return clusterTopology(url, timeoutMs)
  }
}

/**
 * The broker on Redis 6.2 or newer. Rejects with `BrokerUnavailableError` if it can't be reached at once; later it
 * reconnects by itself and tells so by `onConnection`.
 *
 * A call that has failed may have been done before it failed, but is not done later: the server refuses what comes
 * after its deadline (by its own clock, as the last probe found it).
 */
export const createRedisBroker = async (options: RedisBrokerOptions): Promise<Broker> => {
  const { logger = silentLogger, probeMs = 1000, timeoutMs = 2000 } = options
  const limits: BrokerLimits = { ...defaultBrokerLimits, ...options.limits }
  const controlCount = createControlCount()
  const channels = createChannels(logger, controlCount)
  const link = await openPubSub({
    topology: topologyOf(options, timeoutMs),
    channels,
    controlCount,
    logger,
    probeMs,
    timeoutMs
  })
  const run = createRun(link)

  /** Sends a command through every master. */
  const everywhere = async (...command: string[]): Promise<void> => {
    try {
      await Promise.all(link.everyMaster().map(({ connection }) => connection.send(command)))
    } catch (error) {
      throw asFailure(error)
    }
  }

  return {
    kind: 'redis',
    get connection () { return link.state },
    onConnection: handler => link.onState(handler),

    accept: createAccept(run, limits),
    ...createLogCommands(run, limits),
    ...createRevocationCommands(run),
    producers: () => scanProducers(link),

    subscribe: (consumerId, handler) => channels.subscribe(consumerId, handler),
    unsubscribe: consumerId => channels.unsubscribe(consumerId),
    subscribeProducers: (producerIds, handler) => channels.subscribeProducers(producerIds, handler),
    unsubscribeProducers: producerIds => channels.unsubscribeProducers(producerIds),

    async publishControl (told) {
      const event = controlText(told, randomUUID())
      link.everyMaster()
      const text = String(
        await run('publishControl', [CONTROL_COUNT_KEY], master => [master.deadline(), CONTROL_CHANNEL, event])
      )
      // Through every master: what any of them publishes later comes after it on the way that they share.
      if (link.everyMaster().length > 1) await everywhere('PUBLISH', CONTROL_CHANNEL, text)
    },
    onControl: handler => channels.onControl(handler),

    async ping () {
      if (link.state === 'down') throw new BrokerUnavailableError('Not connected to Redis now')
      await everywhere('PING')
    },

    async close () {
      await link.close()
      channels.clear()
    }
  }
}
