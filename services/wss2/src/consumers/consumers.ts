import type { Broker } from '@motience/broker'
import type { Connection, ConnectionHandlers, Logger } from '@motience/kit'
import type { ResumeFrame } from '@motience/schemas'
import { markRuns, type GrantReader } from '../grants/grant-reader.js'
import { Hubs } from '../fan-out/consumer-channels.js'
import { ProducerHubs } from '../fan-out/producer-channels.js'
import type { ConsumerMetrics } from '../metrics.js'
import type { OutboxLimits } from '../delivery/send-queue.js'
import type { ConsumerQuery } from './connection-query.js'
import { Consumer, type SessionParts } from './consumer.js'
import { Slots } from '../semaphore.js'

/** Most calls to broker and SM at a time, for the resumes and starts of all connections together. */
const CALLS_AT_ONCE = 64

/** What all consumers are served with. */
export interface ConsumersOptions {
  broker: Broker
  grants: GrantReader
  metrics: ConsumerMetrics
  logger: Logger
  outbox: OutboxLimits
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
export const createConsumers = (options: ConsumersOptions): Consumers => {
  const { broker, logger } = options
  const hubs = new Hubs(broker, logger)
  const producerHubs = new ProducerHubs(broker, options.grants, logger)
  const parts: SessionParts = {
    ...options,
    grants: markRuns(options.grants, producerHubs),
    hubs,
    producerHubs,
    slots: new Slots(CALLS_AT_ONCE),
    welcomeMs: options.welcomeMs ?? 10_000,
    resumeWaitMs: options.resumeWaitMs ?? 10_000
  }
  const sessions = new Map<number, Set<Consumer>>()

  const all = function * (): Iterable<Consumer> {
    for (const ofOne of sessions.values()) yield * ofOne
  }
  const stopControl = broker.onControl(event => {
    if (event.type !== 'subscription-changed') return
    for (const session of sessions.get(event.consumer_id) ?? []) session.change(event)
    producerHubs.changed(event.producer_id, event.version)
  })
  const stopLink = broker.onConnection(state => {
    if (state === 'down') producerHubs.lost()
    logger.info({ link: state, consumers: sessions.size }, 'Followed the link to the broker')
    for (const session of all()) {
      if (state === 'down') session.lostLink()
      else session.sync().catch((error: unknown) => session.fail(error))
    }
  })

  return {
    open (connection, query) {
      const session = new Consumer(connection, query, parts)
      const { consumerId } = session
      let ofOne = sessions.get(consumerId)
      if (ofOne === undefined) sessions.set(consumerId, ofOne = new Set())
      ofOne.add(session)
      session.start().catch((error: unknown) => session.fail(error))
      return {
        frame: frame => session.resume(frame),
        ended: () => {
          ofOne.delete(session)
          if (ofOne.size === 0 && sessions.get(consumerId) === ofOne) sessions.delete(consumerId)
          session.end()
        }
      }
    },
    get size () { return sessions.size },
    close () {
      stopControl()
      stopLink()
      producerHubs.close()
    }
  }
}
