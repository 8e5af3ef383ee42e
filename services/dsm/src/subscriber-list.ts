import type { ControlEvent } from '@motience/schemas'

/** A producer's active subscribers as SM had them at one version. */
export interface SubscriberList { version: number, consumerIds: readonly number[] }

/** DSM's queries to SM. Each may reject with a `ProblemError` if SM can't be reached. */
export interface SubscriptionSource {
  /** The active subscribers of a producer, all of one version. */
  subscribers (producerId: number): Promise<SubscriberList>
  /** The lowest version whose messages an active subscriber may see; null for a consumer that is not one. */
  activatedVersion (consumerId: number, producerId: number): Promise<number | null>
}

/** A change of one subscription, as SM publishes it on the control channel. */
export type SubscriptionChange = Extract<ControlEvent, { type: 'subscription-changed' }>

/**
 * The subscriber list after a change. A change that the list already contains leaves it unchanged. Null after a gap:
 * then the list has to be read from SM. Versions are not consecutive numbers, so the change names the version it
 * follows.
 */
export const applyChange = (
  list: SubscriberList,
  { consumer_id: consumerId, status, version, previous_version: previousVersion }: SubscriptionChange
): SubscriberList | null => {
  if (version <= list.version) return list
  if (previousVersion !== list.version) return null
  // A copy: a call of the broker may hold the list as it was.
  const others = list.consumerIds.filter(id => id !== consumerId)
  return { version, consumerIds: status === 'active' ? [...others, consumerId] : others }
}
