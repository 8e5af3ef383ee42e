import { createMetrics, secondsBuckets } from '@motience/kit'
import type { Registry } from 'prom-client'

const CALL_OUTCOMES = ['answered', 'repeated', 'refused'] as const

/** Codes that are worth an alert; the others' series appear with the first message that is refused for them. */
const WATCHED_CODES = ['MOT_UNAVAILABLE', 'MOT_INTERNAL']

/** WSS1's counters, for `/stats` and `/metrics`. */
export interface ProducerMetrics {
  messages: number
  acks: number
  duplicates: number
  errors: number
  bytes: number
  /** Connections whose socket is paused. */
  paused: number
  /** Calls to DSM. */
  calls: number
  /** Calls after which messages had to be sent again. */
  repeats: number
  /** Messages of closed connections that were dropped unacked while DSM was unavailable. */
  orphans: number
  received (bytes: number): void
  acked (duplicate: boolean): void
  refused (code: string): void
  called (messages: number, seconds: number, outcome: (typeof CALL_OUTCOMES)[number]): void
  orphaned (): void
}

/** Values that are read at each scrape. */
export interface Gauges { inFlight: () => number, inFlightBytes: () => number }

/** Registers WSS1's metrics; each update counts for both endpoints. */
export const createProducerMetrics = (registry: Registry, gauges: Gauges): ProducerMetrics => {
  const metrics = createMetrics('wss1', registry)
  const errors = metrics.counter({
    name: 'errors_total',
    help: 'Messages that were refused, by code',
    labels: ['code'],
    values: WATCHED_CODES
  })
  const calls = metrics.histogram({
    name: 'dsm_call_duration_seconds',
    help: 'Duration of calls to DSM, by outcome',
    labels: ['outcome'],
    values: CALL_OUTCOMES,
    buckets: secondsBuckets
  })
  const sizes = metrics.histogram({
    name: 'dsm_call_messages',
    help: 'Messages per call to DSM',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000]
  })
  metrics.counter({
    name: 'messages_total',
    help: 'Messages received from producers',
    collect: () => counters.messages
  })
  metrics.counter({
    name: 'message_bytes_total',
    help: 'Bytes of the messages received from producers, as they are sent to DSM',
    collect: () => counters.bytes
  })
  metrics.counter({ name: 'acks_total', help: 'Messages acked', collect: () => counters.acks })
  metrics.counter({
    name: 'duplicates_total',
    help: 'Messages acked as repeats',
    collect: () => counters.duplicates
  })
  metrics.counter({
    name: 'orphans_total',
    help: 'Messages of closed connections that were discarded unacked while DSM did not answer',
    collect: () => counters.orphans
  })
  metrics.gauge({ name: 'in_flight_messages', help: 'Messages waiting for their acks', collect: gauges.inFlight })
  metrics.gauge({
    name: 'in_flight_bytes',
    help: 'Bytes waiting for their acks, as they count against `WSS1_MAX_IN_FLIGHT_BYTES`',
    collect: gauges.inFlightBytes
  })
  metrics.gauge({
    name: 'paused_connections',
    help: 'Connections whose socket is paused',
    collect: () => counters.paused
  })

  const counters: ProducerMetrics = {
    messages: 0,
    acks: 0,
    duplicates: 0,
    errors: 0,
    bytes: 0,
    paused: 0,
    calls: 0,
    repeats: 0,
    orphans: 0,
    received: size => {
      counters.messages++
      counters.bytes += size
    },
    acked: duplicate => {
      counters.acks++
      if (duplicate) counters.duplicates++
    },
    refused: code => {
      counters.errors++
      errors.inc({ code })
    },
    called: (count, seconds, outcome) => {
      counters.calls++
      if (outcome === 'repeated') counters.repeats++
      calls.observe({ outcome }, seconds)
      sizes.observe(count)
    },
    orphaned: () => { counters.orphans++ }
  }
  return counters
}
