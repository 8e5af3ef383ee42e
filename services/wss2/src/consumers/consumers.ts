import type { Broker } from '@motience/broker'
import { Semaphore, type Connection, type ConnectionHandlers, type Logger } from '@motience/kit'
import type { ResumeFrame } from '@motience/schemas'
import type { SendQueueLimits } from '../delivery/send-queue.js'
import { ConsumerChannels } from '../fan-out/consumer-channels.js'
import { ProducerChannels } from '../fan-out/producer-channels.js'
import { withRun, type GrantReader } from '../grants/grant-reader.js'
import type { ConsumerMetrics } from '../metrics.js'
import type { ConsumerQuery } from './connection-query.js'
import { Consumer, type ConsumerDependencies } from './consumer.js'

/** Maximum number of concurrent calls to the broker and SM, for starts and resumes of all connections together. */
const MAX_CONCURRENT_CALLS = 64

/** Collaborators and limits of `createConsumers`. */
export interface ConsumersDependencies {
  broker: Broker
  grants: GrantReader
  metrics: ConsumerMetrics
  logger: Logger
  sendQueue: SendQueueLimits
  heartbeatMs: number
  /** Maximum time that a new connection waits for SM and the broker, in milliseconds; 10 s by default. */
  welcomeMs?: number
  /** Maximum time that a connection with `?resume=true` waits for its first `resume`; 10 s by default. */
  resumeWaitMs?: number
}

/** The consumers that are connected to this WSS2. */
export interface Consumers {
  /** Adds a connection. */
  open (connection: Connection, query: ConsumerQuery): ConnectionHandlers<ResumeFrame>
  /** Number of distinct consumers connected. */
  readonly size: number
  close (): void
}

/** Passes on to the connected consumers what the broker publishes, and the state of its connection. */
export const createConsumers = (options: ConsumersDependencies): Consumers => {
  const { broker, logger } = options
  const channels = new ConsumerChannels(broker, logger)
  const producerChannels = new ProducerChannels(broker, options.grants, logger)
  const dependencies: ConsumerDependencies = {
    ...options,
    grants: withRun(options.grants, producerChannels),
    channels,
    producerChannels,
    semaphore: new Semaphore(MAX_CONCURRENT_CALLS),
    welcomeMs: options.welcomeMs ?? 10_000,
    resumeWaitMs: options.resumeWaitMs ?? 10_000
  }
  const connectionsById = new Map<number, Set<Consumer>>()

  const all = function * (): Iterable<Consumer> {
    for (const connections of connectionsById.values()) yield * connections
  }
  const stopControl = broker.onControl(event => {
    if (event.type !== 'subscription-changed') return
    for (const consumer of connectionsById.get(event.consumer_id) ?? []) consumer.change(event)
    producerChannels.eventApplied(event.producer_id, event.version)
  })
  const stopConnection = broker.onConnection(state => {
    if (state === 'down') producerChannels.eventsLost()
    logger.info({ state, consumers: connectionsById.size }, 'Broker connection changed')
    for (const consumer of all()) {
      if (state === 'down') consumer.connectionLost()
      else consumer.sync().catch((error: unknown) => consumer.fail(error))
    }
  })

  return {
    open (connection, query) {
      const consumer = new Consumer(connection, query, dependencies)
      const { consumerId } = consumer
      let connections = connectionsById.get(consumerId)
      if (connections === undefined) connectionsById.set(consumerId, connections = new Set())
      connections.add(consumer)
      consumer.start().catch((error: unknown) => consumer.fail(error))
      return {
        frame: frame => consumer.resume(frame),
        ended: () => {
          connections.delete(consumer)
          if (connections.size === 0 && connectionsById.get(consumerId) === connections) {
            connectionsById.delete(consumerId)
          }
          consumer.end()
        }
      }
    },
    get size () { return connectionsById.size },
    close () {
      stopControl()
      stopConnection()
      producerChannels.close()
    }
  }
}
