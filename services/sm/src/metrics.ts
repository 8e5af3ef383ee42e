import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import type { Reason } from './subscriptions/row.js'

const REASONS: readonly Reason[] = ['subscribed', 'requested', 'approved', 'refused', 'revoked', 'unsubscribed']
const ANNOUNCEMENTS = ['told', 'failed'] as const

/** SM's metrics; see `docs/metrics.md`. */
export interface SmMetrics {
  /** A subscription changed for this reason. */
  changed (reason: Reason): void
  /** Publishing a producer's new version to the broker succeeded, or failed and will be retried. */
  published (outcome: (typeof ANNOUNCEMENTS)[number]): void
  /** A producer's version was raised above the broker's, because the database had been restored from a backup. */
  overtook (): void
}

export const createSmMetrics = (registry: Registry): SmMetrics => {
  const metrics = createMetrics('sm', registry)
  const changes = metrics.counter({
    name: 'subscription_changes_total',
    help: 'Changes of subscriptions, by reason',
    labels: ['reason'],
    values: REASONS
  })
  const announcements = metrics.counter({
    name: 'version_announcements_total',
    help: 'New subscriber list versions announced to the broker, by outcome; a failed announcement is repeated',
    labels: ['outcome'],
    values: ANNOUNCEMENTS
  })
  const overtaken = metrics.counter({
    name: 'versions_overtaken_total',
    help: "Producers whose version was raised above the broker's, because the database was restored to an older state"
  })
  return {
    changed: reason => { changes.inc({ reason }) },
    published: outcome => { announcements.inc({ outcome }) },
    overtook: () => { overtaken.inc() }
  }
}
