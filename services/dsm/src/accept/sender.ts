import { setTimeout as pause } from 'node:timers/promises'
import type { AcceptOutcome, Broker } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { SubscriptionSource } from '../subscriptions.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import type { Lane } from './lane.js'
import { unavailable } from './outcome.js'
import { createTurn } from './turn.js'
import type { Verify } from './verifier.js'

/** SM raises the broker's version before its own list shows it, so the first lists read may still be old. */
const FIRST_PAUSE_MS = 5
const LAST_PAUSE_MS = 200

/** What the broker did with one message; an accepted one with the epoch and the version that it was accepted in. */
export type SentOutcome =
  | { kind: 'accepted', epoch: number, offset: number, version: number }
  | Extract<AcceptOutcome, { kind: 'repeat' }>

/** What the broker did with a batch, message by message. */
export interface Sent { subscriberCount: number, outcomes: SentOutcome[] }

/** What the sender needs. */
export interface SenderOptions {
  source: SubscriptionSource
  broker: Pick<Broker, 'accept'>
  verify: Verify
  deadlineMs: number
  metrics: Pick<DsmMetrics, 'stale' | 'brokerMessages'>
}

/** Hands a lane's batch to the broker: all of it or, with a rejection, nothing that will be acked. */
export type Send = (lane: Lane, drafts: readonly Draft[]) => Promise<Sent>

/**
 * Each lane makes calls of its own: in a Cluster a server that is dead or slow then holds up its own producers only. The
 * calls that several lanes make in one turn of the event loop leave together.
 *
 * Repeats the call with a fresh subscriber list while the broker says `stale`, and opens a new epoch where it says
 * `unverified`, until the deadline. What the broker cut off a large batch goes with the next call, so that nothing
 * that waits behind overtakes it.
 */
export const createSender = ({ source, broker, verify, deadlineMs, metrics }: SenderOptions): Send => {
  const endOfTurn = createTurn()
  return async (lane, drafts) => {
    const deadline = performance.now() + deadlineMs
    const outcomes: SentOutcome[] = []
    for (let attempt = 0, pauseMs = FIRST_PAUSE_MS; performance.now() < deadline; attempt++) {
      if (attempt > 1) {
        await pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)
      }
      const subscribers = lane.subscribers ?? await within(source.subscribers(lane.producerId), deadline)
      lane.subscribers = subscribers
      const { version, consumerIds } = subscribers
      const messages = outcomes.length === 0 ? drafts : drafts.slice(outcomes.length)
      metrics.brokerMessages.observe(messages.length)
      await endOfTurn()
      const [answer] = await broker.accept([{ producerId: lane.producerId, version, subscribers: consumerIds, messages }])
      const result = answer!
      if (result.kind === 'ok') {
        const { epoch } = result
        for (const outcome of result.outcomes) {
          outcomes.push(outcome.kind === 'accepted' ? { kind: 'accepted', epoch, offset: outcome.offset, version } : outcome)
        }
        if (outcomes.length === drafts.length) return { subscriberCount: consumerIds.length, outcomes }
      } else if (result.kind === 'unverified') {
        await within(verify(lane, result.head), deadline)
      } else {
        metrics.stale.inc()
        if (lane.subscribers === subscribers) lane.subscribers = null
      }
    }
    throw unavailable('The subscribers or the log could not be confirmed in time; send it again')
  }
}
