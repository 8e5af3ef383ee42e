import type { FifoQueue } from './fifo-queue.js'
import type { Lane } from './lane.js'

/** Limits on one call to DSM, and on concurrent calls. */
export interface CallLimits { maxMessages: number, maxBytes: number, maxCalls: number }

/** The messages that one lane contributes to a call. */
export interface LaneShare { lane: Lane, count: number }

/** A call to DSM that has not been made yet. */
export interface Call { shares: LaneShare[], texts: Buffer[], count: number }

/**
 * Takes messages from the lanes at the front of `ready`, as many as one call may carry. A lane that isolates a refused
 * message gets a call of its own. `onEmpty` is called with lanes that no longer have messages.
 */
export const gatherCall = (
  ready: FifoQueue<Lane>,
  { maxMessages, maxBytes }: CallLimits,
  onEmpty: (lane: Lane) => void
): Call => {
  const shares: LaneShare[] = []
  const texts: Buffer[] = []
  let count = 0
  let bytes = 0
  while (ready.size > 0 && count < maxMessages) {
    const lane = ready.at(0)!
    const isolates = lane.maxMessages !== Infinity
    if (count > 0 && (isolates || bytes + lane.firstBytes > maxBytes)) break
    ready.shift()
    lane.waiting = false
    if (lane.size === 0) {
      onEmpty(lane)
      continue
    }
    const taken = lane.take(maxMessages - count, maxBytes - bytes)
    shares.push({ lane, count: taken.count })
    texts.push(taken.bytes)
    count += taken.count
    bytes += taken.bytes.length
    if (isolates) break
  }
  return { shares, texts, count }
}
