import type { Broker } from '@motience/broker'
import { isNext } from '@motience/schemas'
import { toMessage } from '../fan-out/live-message.js'
import type { Feed } from './feed.js'

/** Maximum number of messages still delivered when access ends; more than a live feed lags behind. */
const MAX_FINAL_MESSAGES = 64

/**
 * Delivers the messages that were accepted before `endedVersion`, the version of the subscriber list that no longer
 * contains the consumer. In a Redis Cluster the event of the change takes another path than the messages, and may
 * overtake the last of them. Stops when the consumer is not `writable`. Messages that were accepted while the
 * subscription was not active are skipped, which `announce` reports to the consumer. Rejects if the broker is
 * unavailable.
 */
export const deliverFinalMessages = async (
  broker: Broker,
  feed: Feed,
  endedVersion: number,
  writable: () => boolean,
  announce: () => void
): Promise<void> => {
  let hasSkipped = false
  let { head, entries } = await broker.readLog(feed.producerId, feed.position, MAX_FINAL_MESSAGES)
  if (head.epoch !== feed.position.epoch && feed.beginsWith(head.epoch)) {
    feed.skipTo({ epoch: head.epoch, offset: 0 })
    entries = (await broker.readLog(feed.producerId, feed.position, MAX_FINAL_MESSAGES)).entries
  }
  for (const entry of entries) {
    const message = toMessage(entry.text)
    if (!isNext(feed.position, entry) || message === null || entry.version >= endedVersion || !writable()) return
    if (entry.version < feed.grant.activatedVersion) {
      feed.skipTo(entry)
      hasSkipped = true
      continue
    }
    if (hasSkipped) announce()
    hasSkipped = false
    feed.replayed(message)
  }
}
