import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import type { Passwords } from './passwords/passwords.js'

/** What AP counts; see `docs/metrics.md`. */
export interface ApMetrics {
  login (outcome: 'ok' | 'bad-credentials' | 'disabled'): void
  refresh (outcome: 'granted' | 'invalid' | 'reused'): void
  /** Sessions that ended before their time, by what ended them. */
  announced (outcome: 'told' | 'later'): void
}

export const createApMetrics = (registry: Registry, passwords: Passwords): ApMetrics => {
  const metrics = createMetrics('ap', registry)
  const logins = metrics.counter({ name: 'logins_total', help: 'Sign-ins, by outcome', labels: ['outcome'] })
  const refreshes = metrics.counter({ name: 'refreshes_total', help: 'Refreshes, by outcome', labels: ['outcome'] })
  const announcements = metrics.counter({
    name: 'revocation_announcements_total',
    help: 'Revocations told to the broker at once, or left for later',
    labels: ['outcome']
  })
  metrics.gauge({
    name: 'password_hashes_waiting',
    help: 'Password hashes that wait for their turn',
    collect: () => passwords.queue.waiting
  })
  return {
    login: outcome => { logins.inc({ outcome }) },
    refresh: outcome => { refreshes.inc({ outcome }) },
    announced: outcome => { announcements.inc({ outcome }) }
  }
}
