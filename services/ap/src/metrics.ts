import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import type { Passwords } from './passwords/passwords.js'

const LOGINS = ['ok', 'bad-credentials', 'disabled'] as const
const REFRESHES = ['granted', 'invalid', 'reused'] as const
const ANNOUNCEMENTS = ['told', 'later'] as const

/** What AP counts; see `docs/metrics.md`. */
export interface ApMetrics {
  login (outcome: (typeof LOGINS)[number]): void
  refresh (outcome: (typeof REFRESHES)[number]): void
  /** Sessions that ended before their time, by what ended them. */
  announced (outcome: (typeof ANNOUNCEMENTS)[number]): void
}

export const createApMetrics = (registry: Registry, passwords: Passwords): ApMetrics => {
  const metrics = createMetrics('ap', registry)
  const logins = metrics.counter({
    name: 'logins_total',
    help: 'Sign-ins, by outcome',
    labels: ['outcome'],
    values: LOGINS
  })
  const refreshes = metrics.counter({
    name: 'refreshes_total',
    help: 'Refreshes of tokens, by outcome',
    labels: ['outcome'],
    values: REFRESHES
  })
  const announcements = metrics.counter({
    name: 'revocation_announcements_total',
    help: 'Revocations announced to the broker immediately, or left for later, by outcome',
    labels: ['outcome'],
    values: ANNOUNCEMENTS
  })
  metrics.gauge({
    name: 'password_hashes_waiting',
    help: 'Password hashes waiting to be computed',
    collect: () => passwords.queue.waiting
  })
  return {
    login: outcome => { logins.inc({ outcome }) },
    refresh: outcome => { refreshes.inc({ outcome }) },
    announced: outcome => { announcements.inc({ outcome }) }
  }
}
