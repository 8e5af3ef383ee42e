/** A producer's active subscribers as SM had them at one version. */
export interface SubscriberList { version: number, consumerIds: readonly number[] }

/** What DSM asks SM. Each call may reject with a `ProblemError` where SM can't be reached. */
export interface SubscriptionSource {
  /** The active subscribers of a producer, all of one version. */
  subscribers (producerId: number): Promise<SubscriberList>
  /** The least version whose messages an active subscriber may see; null where the consumer is none. */
  activatedVersion (consumerId: number, producerId: number): Promise<number | null>
}
