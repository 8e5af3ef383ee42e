import type { ControlEvent } from '@motience/schemas'

/** A producer's active subscribers as SM had them at one version. */
export interface SubscriberList { version: number, consumerIds: readonly number[] }

/** What DSM asks SM. Each call may reject with a `ProblemError` where SM can't be reached. */
export interface SubscriptionSource {
  /** The active subscribers of a producer, all of one version. */
  subscribers (producerId: number): Promise<SubscriberList>
  /** The lowest version whose messages an active subscriber may see; null for a consumer that is not one. */
  activatedVersion (consumerId: number, producerId: number): Promise<number | null>
}

/** A change of one subscription, as SM publishes it on the control channel. */
export type SubscriptionChange = Extract<ControlEvent, { type: 'subscription-changed' }>

/**
 * The subscriber list after a change. A change that the list already contains leaves it as it is. Null where changes
 * between the two are missing: only SM knows the list then. Versions are not consecutive numbers, so the change names
 * the version that it follows.
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
