import { setTimeout as pause } from 'node:timers/promises'
import type { AcceptOutcome, Broker, SessionFloors } from '@motience/broker'
import type { DsmMetrics } from '../metrics.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import type { Lane } from './lane.js'
import { unavailable } from './outcome.js'
import type { WaitForLogRoom } from './wait-for-log-room.js'
import type { FindFloors } from './session-floors.js'
import { createSharedImmediate } from './shared-immediate.js'
import type { OpenNewEpoch } from './epoch-opener.js'

/** The broker may know a version before SM's list can be read at it, so the first lists may still be stale. */
const FIRST_PAUSE_MS = 5
const LAST_PAUSE_MS = 200

/** What the broker did with one message, with the epoch and version that an accepted one got. */
export type SentOutcome =
  | { kind: 'accepted', epoch: number, offset: number, version: number }
  | Extract<AcceptOutcome, { kind: 'repeat' }>

/** What the broker did with the first messages of a batch. */
export interface Sent { subscriberCount: number, outcomes: SentOutcome[] }

/** PostgreSQL's part: sessions that the broker does not remember, and making room in a full log. */
export interface SenderHistory { findFloors: FindFloors, waitForLogRoom: WaitForLogRoom }

/** Collaborators of the sender. Without `history` there is no persistence, and the broker's memory is all there is. */
export interface SenderDependencies {
  source: SubscriptionSource
  broker: Pick<Broker, 'accept'>
  openNewEpoch: OpenNewEpoch
  history: SenderHistory | null
  /** Number of subscribers from which a message is published once for all of them. */
  wideList: number
  metrics: Pick<DsmMetrics, 'stale' | 'brokerMessages' | 'sessionLookups' | 'fullLogs'>
}

/**
 * Sends messages of a lane to the broker: at least the first one, at most as many as the log has room for. Rejects if
 * nothing was accepted that will be acknowledged.
 */
export type Send = (lane: Lane, drafts: readonly Draft[], deadline: number) => Promise<Sent>

/**
 * Each lane makes its own calls, so that in a Cluster a dead or slow server delays its own producers only. The calls of
 * several lanes in one event loop iteration leave together.
 *
 * Repeats the call until the deadline: with a fresh subscriber list if the broker answers `stale`, after opening a new
 * epoch for `unverified`, with the sessions' floors from the history for `unknown`, and once there is room in the log
 * for `full`.
 */
export const createSender = ({
  source,
  broker,
  openNewEpoch,
  history,
  wideList,
  metrics
}: SenderDependencies): Send => {
  const nextIteration = createSharedImmediate()
  return async (lane, drafts, deadline) => {
    const { producerId } = lane
    let floors: SessionFloors | undefined
    let fulls = 0
    for (let attempt = 0, pauseMs = FIRST_PAUSE_MS; performance.now() < deadline; attempt++) {
      if (attempt > 1) {
        await pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)
      }
      const subscribers = lane.subscribers ?? (await within(source.subscribers(producerId), deadline))
      lane.subscribers = subscribers
      const { version, consumerIds } = subscribers
      metrics.brokerMessages.observe(drafts.length)
      await nextIteration()
      const [answer] = await broker.accept([
        {
          producerId,
          version,
          subscribers: consumerIds,
          wide: consumerIds.length >= wideList,
          messages: drafts,
          ...(history === null ? {} : { stored: lane.stored.position, floors })
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
          await within(openNewEpoch(lane, result.head), deadline)
          break
        case 'unknown':
          metrics.sessionLookups.inc(result.sessions.length)
          floors = await lane.runSerially(() => history!.findFloors(producerId, result), deadline)
          break
        case 'full':
          metrics.fullLogs.inc()
          await history!.waitForLogRoom(lane, result, fulls++, deadline)
          break
        case 'stale':
          metrics.stale.inc()
          if (lane.subscribers === subscribers) lane.subscribers = null
      }
    }
    throw unavailable('The subscriber list or the log could not be confirmed in time, send it again')
  }
}
