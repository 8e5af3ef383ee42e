import type { Broker } from '@motience/broker'
import type { Connection, ConnectionHandlers, Logger } from '@motience/kit'
import type { ResumeFrame } from '@motience/schemas'
import { markRuns, type GrantReader } from '../grants/grant-reader.js'
import { ConsumerChannels } from '../fan-out/consumer-channels.js'
import { ProducerChannels } from '../fan-out/producer-channels.js'
import type { ConsumerMetrics } from '../metrics.js'
import type { SendQueueLimits } from '../delivery/send-queue.js'
import type { ConsumerQuery } from './connection-query.js'
import { Consumer, type ConsumerDependencies } from './consumer.js'
import { Semaphore } from '../semaphore.js'

/** Most calls to broker and SM at a time, for the resumes and starts of all connections together. */
const CALLS_AT_ONCE = 64

/** What all consumers are served with. */
export interface ConsumersDependencies {
  broker: Broker
  grants: GrantReader
  metrics: ConsumerMetrics
  logger: Logger
  sendQueue: SendQueueLimits
  heartbeatMs: number
  /** Milliseconds that a new connection may wait for SM and the broker; 10 s by default. */
  welcomeMs?: number
  /** Milliseconds that a connection with `?resume=true` waits for its first `resume`; 10 s by default. */
  resumeWaitMs?: number
}

/** Every consumer that is connected to this WSS2. */
export interface Consumers {
  /** Takes a new connection. */
  open (connection: Connection, query: ConsumerQuery): ConnectionHandlers<ResumeFrame>
  /** How many different consumers are connected. */
  readonly size: number
  close (): void
}

/** Follows the broker for all consumers: their channels, the changes of their subscriptions, and its link. */
export const createConsumers = (options: ConsumersDependencies): Consumers => {
  const { broker, logger } = options
  const channels = new ConsumerChannels(broker, logger)
  const producerChannels = new ProducerChannels(broker, options.grants, logger)
  const dependencies: ConsumerDependencies = {
    ...options,
    grants: markRuns(options.grants, producerChannels),
    channels,
    producerChannels,
    semaphore: new Semaphore(CALLS_AT_ONCE),
    welcomeMs: options.welcomeMs ?? 10_000,
    resumeWaitMs: options.resumeWaitMs ?? 10_000
  }
  const consumers = new Map<number, Set<Consumer>>()

  const all = function * (): Iterable<Consumer> {
    for (const ofOne of consumers.values()) yield * ofOne
  }
  const stopControl = broker.onControl(event => {
    if (event.type !== 'subscription-changed') return
    for (const consumer of consumers.get(event.consumer_id) ?? []) consumer.change(event)
    producerChannels.changed(event.producer_id, event.version)
  })
  const stopConnection = broker.onConnection(state => {
    if (state === 'down') producerChannels.lost()
    logger.info({ link: state, consumers: consumers.size }, 'Followed the link to the broker')
    for (const consumer of all()) {
      if (state === 'down') consumer.connectionLost()
      else consumer.sync().catch((error: unknown) => consumer.fail(error))
    }
  })

  return {
    open (connection, query) {
      const consumer = new Consumer(connection, query, dependencies)
      const { consumerId } = consumer
      let ofOne = consumers.get(consumerId)
      if (ofOne === undefined) consumers.set(consumerId, ofOne = new Set())
      ofOne.add(consumer)
      consumer.start().catch((error: unknown) => consumer.fail(error))
      return {
        frame: frame => consumer.resume(frame),
        ended: () => {
          ofOne.delete(consumer)
          if (ofOne.size === 0 && consumers.get(consumerId) === ofOne) consumers.delete(consumerId)
          consumer.end()
        }
      }
    },
    get size () { return consumers.size },
    close () {
      stopControl()
      stopConnection()
      producerChannels.close()
    }
  }
}
