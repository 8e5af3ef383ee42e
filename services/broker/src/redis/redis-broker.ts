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
import { createScriptRunner } from './run-script.js'
import { sentinelTopology } from './sentinel.js'
import { standaloneTopology } from './standalone.js'
import type { Topology } from './topology.js'

export type RedisMode = 'standalone' | 'sentinel' | 'cluster'

export interface RedisBrokerOptions {
  /**
   * `redis://` or `rediss://`, the latter with `?ca=<file>` for certificates of a private authority; comma-separated
   * URLs of the Sentinels, or of some servers of the Cluster.
   */
  url: string
  mode: RedisMode
  /** Name of the master at the Sentinels. */
  sentinelName?: string
  limits?: Partial<BrokerLimits>
  logger?: BrokerLogger
  /** Milliseconds between probes. A loss is detected after at most three of them plus `timeoutMs`. */
  probeMs?: number
  /** Timeout of a call, in milliseconds. */
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
 * The broker on Redis 6.2 or newer. Rejects with `BrokerUnavailableError` if it can't be reached immediately; later it
 * reconnects by itself, and reports that by `onConnection`.
 *
 * A call that has failed may have taken effect before, but does not take effect later: the server rejects calls after
 * their deadline (by its own clock, as measured by the latest probe).
 */
export const createRedisBroker = async (options: RedisBrokerOptions): Promise<Broker> => {
  const { logger = silentLogger, probeMs = 1000, timeoutMs = 2000 } = options
  const limits: BrokerLimits = { ...defaultBrokerLimits, ...options.limits }
  const controlCount = createControlCount()
  const channels = createChannels(logger, controlCount)
  const pubSub = await openPubSub({
    topology: topologyOf(options, timeoutMs),
    channels,
    controlCount,
    logger,
    probeMs,
    timeoutMs
  })
  const run = createScriptRunner(pubSub)

  /** Sends a command to every master. */
  const everywhere = async (...command: string[]): Promise<void> => {
    try {
      await Promise.all(pubSub.everyMaster().map(({ connection }) => connection.send(command)))
    } catch (error) {
      throw asFailure(error)
    }
  }

  return {
    kind: 'redis',
    get connection () { return pubSub.state },
    onConnection: handler => pubSub.onState(handler),

    accept: createAccept(run, limits),
    ...createLogCommands(run, limits),
    ...createRevocationCommands(run),
    producers: () => scanProducers(pubSub),

    subscribe: (consumerId, handler) => channels.subscribe(consumerId, handler),
    unsubscribe: consumerId => channels.unsubscribe(consumerId),
    subscribeProducers: (producerIds, handler) => channels.subscribeProducers(producerIds, handler),
    unsubscribeProducers: producerIds => channels.unsubscribeProducers(producerIds),

    async publishControl (control) {
      const event = controlText(control, randomUUID())
      pubSub.everyMaster()
      const text = String(
        await run('publishControl', [CONTROL_COUNT_KEY], master => [master.deadline(), CONTROL_CHANNEL, event])
      )
      // Through every master: what any of them publishes later arrives after it, since they share the way to each
      // subscriber.
      if (pubSub.everyMaster().length > 1) await everywhere('PUBLISH', CONTROL_CHANNEL, text)
    },
    onControl: handler => channels.onControl(handler),

    async ping () {
      if (pubSub.state === 'down') throw new BrokerUnavailableError('Not connected to Redis now')
      await everywhere('PING')
    },

    async close () {
      await pubSub.close()
      channels.clear()
    }
  }
}
