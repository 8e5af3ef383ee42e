import type { Broker } from '@motience/broker'
import { startOutbox, type Logger, type Outbox } from '@motience/kit'
import type { Announcer } from './announcer.js'

/** What the worker works with. */
export interface WorkerParts {
  announcer: Announcer
  broker: Broker
  log: Logger
  /** Milliseconds between looks at what calls or other instances left. */
  everyMs: number
}

/** Tells the broker later what calls could not: the versions and subscriptions that were committed and not told. */
export const startAnnouncementWorker = ({ announcer, broker, log, everyMs }: WorkerParts): Outbox => startOutbox({
  broker,
  log,
  everyMs,
  pending: announcer.pending,
  async tell (producerId) {
    await announcer.publishUpTo(producerId, 0)
    log.info({ producer_id: producerId }, 'Told the broker of changed subscribers')
  },
  failure: 'Could not tell the broker of changed subscribers yet'
})
