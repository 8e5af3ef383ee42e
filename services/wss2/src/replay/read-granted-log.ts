import type { Broker, LogPage } from '@motience/broker'
import type { Feed } from '../feeds/feed.js'
import type { GrantReader } from '../grants/grant-reader.js'

/**
 * Reads the log after a feed's position, if the consumer may see it. A page comes with the version of the subscriber
 * list at which it was read. If that is newer than the grant, SM is asked after reading: a subscription that is still
 * active then was active for everything in the page, so nothing accepted after a revocation is replayed. Null if the
 * subscription is not active. Rejects if the broker or SM is unavailable.
 */
export const readGrantedLog = async (
  broker: Broker,
  grants: Pick<GrantReader, 'one'>,
  consumerId: number,
  feed: Feed,
  limit: number
): Promise<LogPage | null> => {
  const page = await broker.readLog(feed.producerId, feed.position, limit)
  if (page.head.version <= feed.grant.version) return page
  const grant = await grants.one(consumerId, feed.producerId)
  if (grant === null) return null
  if (page.head.version > grant.version) throw new Error('SM does not have the latest subscriber list yet')
  feed.grant = grant
  return page
}
