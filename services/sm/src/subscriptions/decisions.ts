import { ProblemError } from '@motience/kit'
import type { SubscriptionStatus } from '@motience/schemas'
import type { ProducerRow, Reason, SubscriptionRow } from './row.js'

/** The new state of a subscription. */
export interface Decision { status: SubscriptionStatus, reason: Reason, barred: boolean }

/** Returns the new state of a subscription given its current one; null for no change. */
export type Decide = (row: SubscriptionRow | null, producer: ProducerRow) => Decision | null

/**
 * A consumer subscribes. If the producer refused or revoked it before, it needs approval even under the automatic
 * policy: otherwise a revocation would last only until the consumer's next call.
 */
export const subscribing: Decide = (row, producer) => {
  if (row && row.status !== 'inactive') return null
  const barred = row?.barred ?? false
  return producer.approval === 'manual' || barred
    ? { status: 'pending', reason: 'requested', barred }
    : { status: 'active', reason: 'subscribed', barred }
}

/** A consumer unsubscribes, or withdraws its request. */
export const unsubscribing: Decide = row =>
  row && row.status !== 'inactive' ? { status: 'inactive', reason: 'unsubscribed', barred: row.barred } : null

/** The producer approves, or undoes a refusal or revocation. A consumer that unsubscribed can't be approved. */
export const approving: Decide = row => {
  if (!row || row.status === 'active') return null
  if (row.reason === 'unsubscribed') throw new ProblemError('MOT_SM_NOT_ASKED')
  return { status: 'active', reason: 'approved', barred: false }
}

/** The producer refuses a pending subscription, or revokes an active one. */
export const revoking: Decide = row => {
  if (!row || row.status === 'inactive') return null
  return { status: 'inactive', reason: row.status === 'pending' ? 'refused' : 'revoked', barred: true }
}
