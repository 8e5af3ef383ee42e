import type { Broker } from '@motience/broker'
import type { Semaphore } from '@motience/kit'
import type { LogPosition } from '@motience/schemas'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { SubscriptionChanges } from '../grants/subscription-changes.js'
import { retryWhile } from '../retry-while.js'

/** An active subscription, with the head of its producer's log. */
export interface ActiveSubscription { producerId: number, grant: Grant, head: LogPosition }

/** Collaborators of `readActiveSubscriptions`. */
export interface ActiveSubscriptionsDependencies {
  broker: Broker
  grants: GrantReader
  semaphore: Semaphore
  /** The run of control events, for grants that come from an event. */
  events: { readonly run: number }
  /** What the control channel said about the consumer's subscriptions. */
  changes: SubscriptionChanges
  /** Subscribes to the producers' channels. */
  follow (producerIds: readonly number[]): Promise<void>
}

/** Heads that are read from the broker with one call. */
const HEADS_PER_CALL = 500

/**
 * Reads a consumer's active subscriptions from SM, follows their producers, and then reads the heads of their logs, so
 * that everything published after a head is received. Repeats what fails; resolves to null once `wanted` is false.
 */
export const readActiveSubscriptions = async (
  { broker, grants, semaphore, events, changes, follow }: ActiveSubscriptionsDependencies,
  consumerId: number,
  wanted: () => boolean
): Promise<ActiveSubscription[] | null> => {
  const active = await retryWhile(() => semaphore.run(async () => {
    changes.beginRead()
    return await grants.all(consumerId)
  }), wanted)
  if (active === null) return null
  changes.correct(active, events.run)
  const producerIds = [...active.keys()]
  const followed = await retryWhile(async () => {
    await follow(producerIds)
    return true
  }, wanted)
  if (followed === null) return null
  const subscriptions: ActiveSubscription[] = []
  for (let i = 0; i < producerIds.length; i += HEADS_PER_CALL) {
    const page = producerIds.slice(i, i + HEADS_PER_CALL)
    const heads = await retryWhile(() => semaphore.run(() => broker.heads(page)), wanted)
    if (heads === null) return null
    for (const [j, { epoch, offset }] of heads.entries()) {
      const producerId = page[j]!
      subscriptions.push({ producerId, grant: active.get(producerId)!, head: { epoch, offset } })
    }
  }
  return subscriptions.filter(({ producerId, grant }) => !changes.endedAfter(producerId, grant))
}
