import type { Subscription, SubscriptionStatus } from '@motience/schemas'

/** The cause of a subscription's status. */
export type Reason = 'subscribed' | 'requested' | 'approved' | 'refused' | 'revoked' | 'unsubscribed'

/** A row of `sm.subscriptions`. */
export interface SubscriptionRow {
  id: number
  consumer_id: number
  producer_id: number
  username: string
  status: SubscriptionStatus
  reason: Reason
  barred: boolean
  created_at: string
  activated_at: string | null
  activated_version: number | null
  changed_version: number
  previous_version: number | null
  confirmed: boolean
}

/** A row of `sm.producers`. */
export interface ProducerRow {
  producer_id: number
  approval: 'automatic' | 'manual'
  version: number
  raised_version: number
}

/** A subscription as clients see it, with the version of its producer that was read with it. */
export const publicSubscription = (row: SubscriptionRow, version: number): Subscription => ({
  id: row.id,
  consumer_id: row.consumer_id,
  producer_id: row.producer_id,
  status: row.status,
  created_at: row.created_at,
  activated_at: row.activated_at,
  activated_version: row.activated_version,
  version
})
