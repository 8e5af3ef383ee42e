import type { Connection, Semaphore } from '@motience/kit'
import { problemKind, type ResumeFrame } from '@motience/schemas'
import type { Feeds } from '../feeds/feeds.js'
import type { GrantReader } from '../grants/grant-reader.js'
import type { SubscriptionChanges } from '../grants/subscription-changes.js'
import type { ConsumerMetrics } from '../metrics.js'
import { retryWhile } from '../retry-while.js'

/** Collaborators of `resumeProducers`. */
export interface ResumeDependencies {
  connection: Connection
  grants: GrantReader
  metrics: ConsumerMetrics
  semaphore: Semaphore
  feeds: Feeds
  changes: SubscriptionChanges
}

/**
 * Resumes the producers that a `resume` frame names, each from its position. Producers without an active subscription
 * are refused with an error. Returns early once `wanted` is false.
 */
export const resumeProducers = async (
  { connection, grants, metrics, semaphore, feeds, changes }: ResumeDependencies,
  { positions }: ResumeFrame,
  wanted: () => boolean
): Promise<void> => {
  const active = await retryWhile(() => semaphore.run(() => grants.all(connection.identity.userId)), wanted)
  if (active === null) return
  for (const [i, position] of positions.entries()) {
    const producerId = position.producer_id
    const grant = active.get(producerId)
    await feeds.left(producerId)
    const known = feeds.get(producerId)
    if (grant === undefined || changes.endedAfter(producerId, grant)) {
      if (known !== undefined) feeds.release(known)
      metrics.resumed('refused')
      connection.sendError({
        code: 'MOT_FORBIDDEN',
        message: `${problemKind('MOT_FORBIDDEN').title}: no active subscription to producer ${producerId}`,
        path: `/positions/${i}/producer_id`
      })
      continue
    }
    if (known === undefined) {
      const followed = await retryWhile(async () => {
        await feeds.follow([producerId])
        return true
      }, wanted)
      if (followed === null) return
    }
    const feed = feeds.get(producerId) ?? feeds.add(producerId, grant, position)
    if (grant.version > feed.grant.version) feed.grant = grant
    feeds.resume(feed, position)
  }
}
