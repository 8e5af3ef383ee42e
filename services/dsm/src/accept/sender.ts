import { setTimeout as pause } from 'node:timers/promises'
import type { AcceptOutcome, Broker, SessionFloors } from '@motience/broker'
import type { DsmMetrics } from '../metrics.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import type { Lane } from './lane.js'
import { unavailable } from './outcome.js'
import type { Relieve } from './wait-for-log-room.js'
import type { FindFloors } from './session-floors.js'
import { createTurn } from './shared-immediate.js'
import type { Verify } from './epoch-opener.js'

/** SM raises the broker's version before its own list shows it, so the first lists read may still be old. */
const FIRST_PAUSE_MS = 5
const LAST_PAUSE_MS = 200

/** What the broker did with one message; an accepted one with the epoch and the version that it was accepted in. */
export type SentOutcome =
  | { kind: 'accepted', epoch: number, offset: number, version: number }
  | Extract<AcceptOutcome, { kind: 'repeat' }>

/** What the broker did with the first messages of a batch. */
export interface Sent { subscriberCount: number, outcomes: SentOutcome[] }

/** PostgreSQL's part: what the broker has forgotten, and room for what it can not take yet. */
export interface SenderHistory { findFloors: FindFloors, relieve: Relieve }

/** What the sender needs. Without `history` nothing is stored, and what the broker has forgotten is forgotten. */
export interface SenderOptions {
  source: SubscriptionSource
  broker: Pick<Broker, 'accept'>
  verify: Verify
  history: SenderHistory | null
  /** Subscribers from which a message is published once for all of them. */
  wideList: number
  metrics: Pick<DsmMetrics, 'stale' | 'brokerMessages' | 'sessionLookups' | 'fullLogs'>
}

/**
 * Hands messages of a lane to the broker: the first ones at least, and no more than the log has room for. Rejects where
 * nothing was accepted that will be acked.
 */
export type Send = (lane: Lane, drafts: readonly Draft[], deadline: number) => Promise<Sent>

/**
 * Each lane makes calls of its own: in a Cluster a server that is dead or slow then holds up its own producers only.
 * The calls that several lanes make in one turn of the event loop leave together.
 *
 * Repeats the call until the deadline: with a fresh subscriber list where the broker says `stale`, after a new epoch
 * was opened where it says `unverified`, with what history knows of sessions that are `unknown`, and once more is
 * stored of a log that is `full`.
 */
export const createSender = ({ source, broker, verify, history, wideList, metrics }: SenderOptions): Send => {
  const endOfTurn = createTurn()
  return async (lane, drafts, deadline) => {
    const { producerId } = lane
    let floors: SessionFloors | undefined
    let fulls = 0
    for (let attempt = 0, pauseMs = FIRST_PAUSE_MS; performance.now() < deadline; attempt++) {
      if (attempt > 1) {
        await pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)
      }
      const subscribers = lane.subscribers ?? await within(source.subscribers(producerId), deadline)
      lane.subscribers = subscribers
      const { version, consumerIds } = subscribers
      metrics.brokerMessages.observe(drafts.length)
      await endOfTurn()
      const [answer] = await broker.accept([
        {
          producerId,
          version,
          subscribers: consumerIds,
          wide: consumerIds.length >= wideList,
          messages: drafts,
          ...(history === null ? {} : { stored: lane.stored.place, floors })
        }
      ])
      const result = answer!
      switch (result.kind) {
        case 'ok': {
          const { epoch, stored } = result
          lane.stored.reach({ epoch, offset: stored })
          const outcomes = result.outcomes.map((outcome): SentOutcome =>
            outcome.kind === 'accepted' ? { kind: 'accepted', epoch, offset: outcome.offset, version } : outcome
          )
          return { subscriberCount: consumerIds.length, outcomes }
        }
        case 'unverified':
          await within(verify(lane, result.head), deadline)
          break
        case 'unknown':
          metrics.sessionLookups.inc(result.sessions.length)
          floors = await lane.oneAtATime(() => history!.findFloors(producerId, result), deadline)
          break
        case 'full':
          metrics.fullLogs.inc()
          await history!.relieve(lane, result, fulls++, deadline)
          break
        case 'stale':
          metrics.stale.inc()
          if (lane.subscribers === subscribers) lane.subscribers = null
      }
    }
    throw unavailable('The subscribers or the log could not be confirmed in time; send it again')
  }
}
