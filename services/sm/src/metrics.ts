import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import type { Reason } from './subscriptions/row.js'

/** SM's metrics; see `docs/metrics.md`. */
export interface SmMetrics {
  /** A subscription changed for this reason. */
  changed (reason: Reason): void
  /** Publishing a producer's new version to the broker succeeded, or failed and will be retried. */
  published (outcome: 'told' | 'failed'): void
  /** A producer's version was raised above the broker's, because the database had been restored from a backup. */
  overtook (): void
}

export const createSmMetrics = (registry: Registry): SmMetrics => {
  const metrics = createMetrics('sm', registry)
  const changes = metrics.counter({
    name: 'subscription_changes_total',
    help: 'Subscription changes, by reason',
    labels: ['reason']
  })
  const announcements = metrics.counter({
    name: 'version_announcements_total',
    help: 'New versions published to the broker, by outcome; a failed one is retried',
    labels: ['outcome']
  })
  const overtaken = metrics.counter({
    name: 'versions_overtaken_total',
    help: "Producers whose version was raised above the broker's after the database was restored from a backup"
  })
  return {
    changed: reason => { changes.inc({ reason }) },
    published: outcome => { announcements.inc({ outcome }) },
    overtook: () => { overtaken.inc() }
  }
}
