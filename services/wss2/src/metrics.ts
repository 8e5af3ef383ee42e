import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'

/** Why a feed had to be read from the log without being asked to. */
export type CatchUpCause = 'hole' | 'link' | 'start' | 'subscribed'

/** Numbers of one WSS2, counted once for `/metrics` and `/stats`. */
export interface ConsumerMetrics {
  readonly totals: {
    deliveries: number
    bytes: number
    dropped: number
    gaps: number
    resumes: number
    unrecovered: number
  }
  /** What waits in the outboxes of all connections. */
  readonly queued: { messages: number, bytes: number }
  delivered (bytes: number): void
  /** Messages that the slow-consumer policy left out, and whether they began a new `gap`. */
  dropped (count: number): void
  gap (): void
  resumed (outcome: 'recovered' | 'unrecovered' | 'refused'): void
  catchUp (cause: CatchUpCause): void
}

export const createConsumerMetrics = (registry: Registry): ConsumerMetrics => {
  const metrics = createMetrics('wss2', registry)
  const totals = { deliveries: 0, bytes: 0, dropped: 0, gaps: 0, resumes: 0, unrecovered: 0 }
  const queued = { messages: 0, bytes: 0 }
  const deliveries = metrics.counter({ name: 'deliveries_total', help: 'Messages sent to consumers' })
  const deliveredBytes = metrics.counter({ name: 'delivered_bytes_total', help: 'Bytes of messages sent to consumers' })
  const dropped = metrics.counter({
    name: 'dropped_messages_total',
    help: 'Messages left out for consumers that read too slowly'
  })
  const gaps = metrics.counter({
    name: 'gaps_total',
    help: 'Stretches of messages that were left out, as told by `gap` frames'
  })
  const resumes = metrics.counter({ name: 'resumes_total', help: 'Producers resumed, by outcome', labels: ['outcome'] })
  const catchUps = metrics.counter({
    name: 'catch_ups_total',
    help: "Times that a producer's log was read without being asked, by cause",
    labels: ['cause']
  })
  metrics.gauge({
    name: 'queued_messages',
    help: 'Messages that wait for slow consumers',
    collect: () => queued.messages
  })
  metrics.gauge({ name: 'queued_bytes', help: 'Bytes that wait for slow consumers', collect: () => queued.bytes })
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
