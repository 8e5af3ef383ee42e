import { createBackoff, type BackoffOptions } from '../session/backoff.js'
import type { Outcome } from './outcome.js'
import type { Entry } from './protocol.js'

/** A frame that awaits its answer. */
export interface InFlight { entries: Entry[], sentMono: number }

/**
 * The readings of one device session, sent in order with one frame in flight, so that none is accepted before an
 * earlier one. Frames grow with the queue.
 */
export interface SendQueue {
  /** Unacked readings, in order. */
  readonly entries: readonly Entry[]
  readonly inFlight: InFlight | null
  add (entry: Entry): void
  /** Milliseconds until the platform allows sending again. */
  waitMs (mono: number): number
  /** The first pending readings, limited to `max` and to `maxBytes` by `sizeOf`, but at least one. */
  peek (max: number, maxBytes: number, sizeOf: (entry: Entry) => number): Entry[]
  sent (entries: Entry[], mono: number): void
  /** The frame in flight was answered, with one outcome per reading. */
  settle (outcomes: readonly Outcome[], mono: number): void
  /** The connection was lost: readings in flight are pending again. */
  reset (): void
  /** Removes and returns the finished readings at the front. */
  shift (): Entry[]
}

export const createSendQueue = (backoffOptions: BackoffOptions = {}): SendQueue => {
  const entries: Entry[] = []
  const backoff = createBackoff(backoffOptions)
  let inFlight: InFlight | null = null
  let blockedUntil = -Infinity
  return {
    entries,
    get inFlight () { return inFlight },
    add: entry => { entries.push(entry) },
    waitMs: mono => Math.max(0, blockedUntil - mono),
    peek: (max, maxBytes, sizeOf) => {
      const chosen: Entry[] = []
      let bytes = 0
      for (const entry of entries) {
        if (entry.done) continue
        bytes += sizeOf(entry)
        if (chosen.length > 0 && (chosen.length >= max || bytes > maxBytes)) break
        chosen.push(entry)
      }
      return chosen
    },
    sent: (sent, mono) => { inFlight = { entries: sent, sentMono: mono } },
    settle: (outcomes, mono) => {
      const answered = inFlight?.entries ?? []
      inFlight = null
      let retryAfter = -1
      let progress = false
      for (const [i, entry] of answered.entries()) {
        const outcome = outcomes[i]
        if (outcome === undefined) continue
        if (outcome.kind === 'retry') retryAfter = Math.max(retryAfter, outcome.afterMs)
        else progress = true
        // Passed in its own session too: it was accepted there earlier, and has expired since.
        if (outcome.kind === 'kept' || outcome.kind === 'refused' || (outcome.kind === 'passed' && entry.passed)) {
          entry.done = true
        } else if (outcome.kind === 'passed') entry.passed = true
      }
      if (progress) backoff.reset()
      if (retryAfter >= 0) blockedUntil = mono + backoff.next(retryAfter)
    },
    reset: () => {
      inFlight = null
      blockedUntil = -Infinity
    },
    shift: () => {
      let done = 0
      while (done < entries.length && entries[done]!.done) done++
      return entries.splice(0, done)
    }
  }
}

/**
 * The queue whose frame in flight holds the reading `seq`; without a number, the only queue that has a frame in flight.
 * With `size`, only frames of that many readings count.
 */
export const findInFlight = (
  queues: readonly SendQueue[],
  seq: number | undefined,
  size: number | null
): SendQueue | undefined => {
  const waiting = queues.filter(
    ({ inFlight }) => inFlight !== null && (size === null || inFlight.entries.length === size)
  )
  if (seq === undefined) return waiting.length === 1 ? waiting[0] : undefined
  return waiting.find(({ inFlight }) => inFlight!.entries.some(({ reading }) => reading.n === seq))
}
