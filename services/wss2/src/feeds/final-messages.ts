import { isNext } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import type { Feed } from './feed.js'
import { toMessage } from '../fan-out/live-message.js'

/** Most messages that are still delivered when access ends: what a feed lags behind when it is live, and more. */
const MAX_FINAL_MESSAGES = 64

/**
 * Delivers what a feed's producer had accepted before the version of the subscriber list in which its consumer is
 * no longer: in a Cluster the event that tells of the end comes another way than the messages, and may overtake the
 * last of them. `writable` tells whether the consumer takes more. Rejects where the broker doesn't answer. Messages
 * that were accepted while the subscription was not active are passed over, which `announce` tells the consumer.
 */
export const deliverFinalMessages = async (
  broker: Broker,
  feed: Feed,
  endedVersion: number,
  writable: () => boolean,
  announce: () => void
): Promise<void> => {
  let isHidden = false
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
      isHidden = true
      continue
    }
    if (isHidden) announce()
    isHidden = false
    feed.replayed(message)
  }
}
