import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import type { Reason } from './subscriptions/row.js'

/** What SM counts; see `docs/metrics.md`. */
export interface SmMetrics {
  /** A subscription changed, for this reason. */
  changed (reason: Reason): void
  /** The broker was told of a producer's new version: at the call that made it, or not and so later. */
  announced (outcome: 'told' | 'failed'): void
  /** A producer's version was raised above the broker's, because the database had been put back. */
  overtook (): void
}

export const createSmMetrics = (registry: Registry): SmMetrics => {
  const metrics = createMetrics('sm', registry)
  const changes = metrics.counter({
    name: 'subscription_changes_total',
    help: 'Changes of subscriptions, by reason',
    labels: ['reason']
  })
  const announcements = metrics.counter({
    name: 'version_announcements_total',
    help: 'New versions told to the broker, by outcome; a failed one is tried again',
    labels: ['outcome']
  })
  const overtaken = metrics.counter({
    name: 'versions_overtaken_total',
    help: "Producers whose version was raised above the broker's: the database had been put back to an older state"
  })
  return {
    changed: reason => { changes.inc({ reason }) },
    announced: outcome => { announcements.inc({ outcome }) },
    overtook: () => { overtaken.inc() }
  }
}
