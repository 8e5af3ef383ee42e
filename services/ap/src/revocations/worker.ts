import type { Broker } from '@motience/broker'
import { startOutbox, type Logger, type Outbox } from '@motience/kit'
import type { Announcer } from './announcer.js'

/** What the worker works with. */
export interface WorkerParts {
  announcer: Announcer
  broker: Broker
  log: Logger
  /** Milliseconds between looks at what other calls or instances left. */
  everyMs: number
}

/**
 * Finishes what calls could not: at the start and at each `up` of the broker's link it gives the broker every
 * revocation in force; then, and every `everyMs`, it tells what is noted.
 */
export const startRevocationWorker = ({ announcer, broker, log, everyMs }: WorkerParts): Outbox => startOutbox({
  broker,
  log,
  everyMs,
  restore: announcer.replaceAll,
  pending: announcer.pending,
  tell: announcer.announce,
  failure: 'Could not tell the broker of revocations yet'
})
