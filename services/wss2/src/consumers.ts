import type { Broker, Connection, ConnectionHandlers, Logger } from '@motience/kit'
import { SlowPolicySchema, type ResumeFrame, type SlowPolicy } from '@motience/schemas'
import { Type } from '@sinclair/typebox'
import type { GrantReader } from './grants.js'
import { Hubs } from './hubs.js'
import type { ConsumerMetrics } from './metrics.js'
import type { OutboxLimits } from './outbox.js'
import { Session, type SessionParts } from './session.js'
import { Slots } from './slots.js'

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
}

/** Every consumer that is connected to this WSS2. */
export interface Consumers {
  /** Takes a new connection. */
  open (connection: Connection, policy?: SlowPolicy): ConnectionHandlers<ResumeFrame>
  /** How many different consumers are connected. */
  readonly size: number
  close (): void
}

/** The query of a consumer's upgrade, besides the token. */
export const ConsumerQuerySchema = Type.Object({ slow: Type.Optional(SlowPolicySchema) })

/** Follows the broker for all consumers: their channels, the changes of their subscriptions, and its link. */
export const createConsumers = (options: ConsumersOptions): Consumers => {
  const { broker, logger } = options
  const hubs = new Hubs(broker, logger)
  const parts: SessionParts = { ...options, hubs, slots: new Slots(CALLS_AT_ONCE), welcomeMs: options.welcomeMs ?? 10_000 }
  const sessions = new Map<number, Set<Session>>()

  const all = function * (): Iterable<Session> {
    for (const ofOne of sessions.values()) yield * ofOne
  }
  const stopControl = broker.onControl(event => {
    if (event.type !== 'subscription-changed') return
    for (const session of sessions.get(event.consumer_id) ?? []) session.change(event)
  })
  const stopLink = broker.onLink(state => {
    logger.info({ link: state, consumers: sessions.size }, 'Followed the link to the broker')
    if (state === 'down') return
    for (const session of all()) session.sync().catch((error: unknown) => session.fail(error))
  })

  return {
    open (connection, policy = 'close') {
      const session = new Session(connection, policy, parts)
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
    }
  }
}
