import { createMetrics, secondsBuckets } from '@motience/kit'
import type { Registry } from 'prom-client'

/** What WSS1 counts, for `/stats` and `/metrics`. */
export interface ProducerMetrics {
  messages: number
  acks: number
  duplicates: number
  errors: number
  bytes: number
  /** Connections whose socket is not being read. */
  paused: number
  /** Calls to DSM. */
  calls: number
  /** Calls after which something had to be repeated. */
  repeats: number
  /** Messages that nobody waited for any more, forgotten while DSM did not answer. */
  orphans: number
  received (bytes: number): void
  acked (duplicate: boolean): void
  refused (code: string): void
  called (messages: number, seconds: number, outcome: 'answered' | 'repeated' | 'refused'): void
  orphaned (): void
}

/** What is asked for its value at each scrape. */
export interface Gauges { inFlight: () => number, inFlightBytes: () => number }

/** Registers WSS1's metrics; what is told to the counters goes into both. */
export const createProducerMetrics = (registry: Registry, gauges: Gauges): ProducerMetrics => {
  const metrics = createMetrics('wss1', registry)
  const errors = metrics.counter({
    name: 'errors_total',
    help: 'Messages that were refused, by code',
    labels: ['code']
  })
  const calls = metrics.histogram({
    name: 'dsm_call_duration_seconds',
    help: 'Time of a call to DSM, by what came of it',
    labels: ['outcome'],
    buckets: secondsBuckets
  })
  const sizes = metrics.histogram({
    name: 'dsm_call_messages',
    help: 'Messages in a call to DSM',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000]
  })
  metrics.counter({ name: 'messages_total', help: 'Messages taken from producers', collect: () => counters.messages })
  metrics.counter({
    name: 'message_bytes_total',
    help: 'Bytes of those messages, as they go to DSM',
    collect: () => counters.bytes
  })
  metrics.counter({ name: 'acks_total', help: 'Messages that were acked', collect: () => counters.acks })
  metrics.counter({
    name: 'duplicates_total',
    help: 'Messages that were acked as repeats',
    collect: () => counters.duplicates
  })
  metrics.counter({
    name: 'orphans_total',
    help: 'Messages of ended connections, forgotten unacked while DSM did not answer',
    collect: () => counters.orphans
  })
  metrics.gauge({ name: 'in_flight_messages', help: 'Messages that wait for their ack', collect: gauges.inFlight })
  metrics.gauge({
    name: 'in_flight_bytes',
    help: 'Bytes that wait for their acks, as they count against the budget',
    collect: gauges.inFlightBytes
  })
  metrics.gauge({
    name: 'paused_connections',
    help: 'Connections whose socket is not being read',
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
