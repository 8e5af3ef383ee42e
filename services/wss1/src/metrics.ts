import { createDispatchMetrics, type DispatchMetrics } from '@motience/dispatch'
import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'

/** Codes that are worth an alert; the others' series appear with the first message that is refused for them. */
const WATCHED_CODES = ['MOT_UNAVAILABLE', 'MOT_INTERNAL']

/** WSS1's counters, for `/stats` and `/metrics`. */
export interface ProducerMetrics {
  /** The calls to DSM. */
  dispatch: DispatchMetrics
  messages: number
  acks: number
  duplicates: number
  errors: number
  bytes: number
  /** Connections whose socket is paused. */
  paused: number
  received (bytes: number): void
  acked (duplicate: boolean): void
  refused (code: string): void
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
    dispatch: createDispatchMetrics(metrics),
    messages: 0,
    acks: 0,
    duplicates: 0,
    errors: 0,
    bytes: 0,
    paused: 0,
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
    }
  }
  return counters
}
