import { ProblemError } from '@motience/kit'
import type { SubscriptionStatus } from '@motience/schemas'
import type { ProducerRow, Reason, SubscriptionRow } from './row.js'

/** What a subscription becomes. */
export interface Decision { status: SubscriptionStatus, reason: Reason, barred: boolean }

/** Says what a subscription becomes of what it is; null for no change. */
export type Decide = (row: SubscriptionRow | null, producer: ProducerRow) => Decision | null

/**
 * A consumer subscribes. One whom the producer refused or revoked waits for its approval, even where others need
 * none: else a revocation would last only until the consumer's next call.
 */
export const subscribing: Decide = (row, producer) => {
  if (row && row.status !== 'inactive') return null
  const barred = row?.barred ?? false
  return producer.approval === 'manual' || barred
    ? { status: 'pending', reason: 'requested', barred }
    : { status: 'active', reason: 'subscribed', barred }
}

/** A consumer unsubscribes, or takes its request back. */
export const unsubscribing: Decide = row =>
  row && row.status !== 'inactive' ? { status: 'inactive', reason: 'unsubscribed', barred: row.barred } : null

/** The producer approves, or takes a refusal or revocation back. Nobody is subscribed who does not want it. */
export const approving: Decide = row => {
  if (!row || row.status === 'active') return null
  if (row.reason === 'unsubscribed') throw new ProblemError('MOT_SM_NOT_ASKED')
  return { status: 'active', reason: 'approved', barred: false }
}

/** The producer refuses who waits, or revokes who is active. */
export const revoking: Decide = row => {
  if (!row || row.status === 'inactive') return null
  return { status: 'inactive', reason: row.status === 'pending' ? 'refused' : 'revoked', barred: true }
}
