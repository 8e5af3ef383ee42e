import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'

/** Why a feed had to be read from the log although its consumer did not ask for it. */
export type CatchUpCause = (typeof CATCH_UP_CAUSES)[number]

const CATCH_UP_CAUSES = ['gap', 'connection', 'start', 'subscribed'] as const

const RESUMES = ['recovered', 'unrecovered', 'refused'] as const

/** WSS2's counters, for `/metrics` and `/stats`. */
export interface ConsumerMetrics {
  readonly totals: {
    deliveries: number
    bytes: number
    dropped: number
    gaps: number
    resumes: number
    unrecovered: number
  }
  /** Contents of the send queues of all connections. */
  readonly queued: { messages: number, bytes: number }
  delivered (bytes: number): void
  /** Messages that the slow-consumer policy dropped. */
  dropped (count: number): void
  gap (): void
  resumed (outcome: (typeof RESUMES)[number]): void
  catchUp (cause: CatchUpCause): void
}

/** Registers WSS2's metrics; each update counts for both endpoints. */
export const createConsumerMetrics = (registry: Registry): ConsumerMetrics => {
  const metrics = createMetrics('wss2', registry)
  const totals = { deliveries: 0, bytes: 0, dropped: 0, gaps: 0, resumes: 0, unrecovered: 0 }
  const queued = { messages: 0, bytes: 0 }
  const deliveries = metrics.counter({ name: 'deliveries_total', help: 'Messages sent to consumers' })
  const deliveredBytes = metrics.counter({ name: 'delivered_bytes_total', help: 'Bytes of messages sent to consumers' })
  const dropped = metrics.counter({
    name: 'dropped_messages_total',
    help: 'Messages dropped for consumers that read too slowly'
  })
  const gaps = metrics.counter({
    name: 'gaps_total',
    help: 'Gaps in what slow consumers received, each announced by a `gap` frame'
  })
  const resumes = metrics.counter({
    name: 'resumes_total',
    help: 'Producers resumed, by outcome',
    labels: ['outcome'],
    values: RESUMES
  })
  const catchUps = metrics.counter({
    name: 'catch_ups_total',
    help: 'Catch-ups from the log of a producer that no `resume` asked for, by cause',
    labels: ['cause'],
    values: CATCH_UP_CAUSES
  })
  metrics.gauge({
    name: 'queued_messages',
    help: 'Messages in the send queues of consumers',
    collect: () => queued.messages
  })
  metrics.gauge({ name: 'queued_bytes', help: 'Bytes in the send queues of consumers', collect: () => queued.bytes })
  return {
    totals,
    queued,
    delivered: bytes => {
      totals.deliveries++
      totals.bytes += bytes
      deliveries.inc()
      deliveredBytes.inc(bytes)
    },
    dropped: count => {
      totals.dropped += count
      dropped.inc(count)
    },
    gap: () => {
      totals.gaps++
      gaps.inc()
    },
    resumed: outcome => {
      totals.resumes++
      if (outcome === 'unrecovered') totals.unrecovered++
      resumes.labels(outcome).inc()
    },
    catchUp: cause => catchUps.labels(cause).inc()
  }
}
