import type { Broker, LogPage } from '@motience/broker'
import type { Feed } from '../feeds/feed.js'
import type { GrantReader } from '../grants/grant-reader.js'

/**
 * Reads the log behind a feed's position, for a consumer that may see it. A page comes with the version of the subscriber
 * list at which it was read; where that is newer than the grant, SM is asked after the reading: only if the
 * subscription is active still was it so for everything in the page. So nothing is replayed that was accepted after a
 * revocation. Null where the subscription is not active any more. Rejects where broker or SM don't answer.
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
  if (page.head.version > grant.version) throw new Error('SM does not know the newest subscribers yet')
  feed.grant = grant
  return page
}
