import { createDispatchMetrics, type DispatchMetrics } from '@motience/dispatch'
import { createMetrics } from '@motience/kit'
import type { Registry } from 'prom-client'
import { reasonName, reasons, type ReasonCode } from './wire/reasons.js'

/** MQTT's counters, for `/metrics`. */
export interface MqttMetrics {
  /** The calls to DSM. */
  dispatch: DispatchMetrics
  /** Connections whose socket is paused. */
  paused: number
  /** Messages that clients sent again and that were not published again. */
  repeats: number
  opened (): void
  closed (reason: ReasonCode | null): void
  /** A CONNECT packet was refused. */
  rejected (reason: ReasonCode): void
  received (bytes: number): void
  acked (duplicate: boolean): void
  /** A message was refused. */
  refused (reason: ReasonCode): void
  willPublished (): void
  /** A message was sent to a consumer. */
  delivered (): void
  /** Messages that are missing for a consumer, because the log does not have them any more. */
  gap (): void
}

/** Values that are read at each scrape. */
export interface MqttGauges {
  connections: () => number
  sessions: () => number
  inFlight: () => number
  inFlightBytes: () => number
}

const everyReason = Object.values(reasons).map(reasonName)

/** Registers MQTT's metrics. */
export const createMqttMetrics = (registry: Registry, gauges: MqttGauges): MqttMetrics => {
  const metrics = createMetrics('mqtt', registry)
  const totals = { messages: 0, bytes: 0, acks: 0, duplicates: 0, opened: 0, wills: 0, deliveries: 0, gaps: 0 }
  const byReason = (name: string, help: string, extra: string[] = []) => metrics.counter({
    name, help, labels: ['reason'], values: [...everyReason, ...extra]
  })
  const closes = byReason('closes_total', 'Connections that were closed, by reason', ['client'])
  const rejections = byReason('rejections_total', 'Connections that were refused, by reason')
  const errors = byReason('errors_total', 'Messages that were refused, by reason')
  const count = (name: string, help: string, collect: () => number): void => {
    metrics.counter({ name, help, collect })
  }
  count('opened_total', 'Connections that were opened', () => totals.opened)
  count('messages_total', 'Messages received from producers', () => totals.messages)
  count('message_bytes_total', 'Bytes of the messages received from producers, as sent to DSM', () => totals.bytes)
  count('acks_total', 'Messages that DSM stored', () => totals.acks)
  count('duplicates_total', 'Messages that DSM had already stored', () => totals.duplicates)
  count('repeats_total', 'Messages that clients sent again, and that DSM did not get again', () => counters.repeats)
  count('wills_total', 'Wills that were published', () => totals.wills)
  count('deliveries_total', 'Messages sent to consumers', () => totals.deliveries)
  count('gaps_total', 'Times that a consumer missed messages that the log did not have any more', () => totals.gaps)
  const gauge = (name: string, help: string, collect: () => number): void => {
    metrics.gauge({ name, help, collect })
  }
  gauge('connections', 'Open connections', gauges.connections)
  gauge('sessions', 'Sessions kept for clients that are not connected', gauges.sessions)
  gauge('in_flight_messages', 'Messages waiting for their acks', gauges.inFlight)
  gauge(
    'in_flight_bytes',
    'Bytes waiting for their acks, as they count against `MQTT_MAX_IN_FLIGHT_BYTES`',
    gauges.inFlightBytes
  )
  gauge('paused_connections', 'Connections whose socket is paused', () => counters.paused)

  const counters: MqttMetrics = {
    dispatch: createDispatchMetrics(metrics),
    paused: 0,
    repeats: 0,
    opened: () => { totals.opened++ },
    closed: reason => { closes.inc({ reason: reason === null ? 'client' : reasonName(reason) }) },
    rejected: reason => { rejections.inc({ reason: reasonName(reason) }) },
    received: size => {
      totals.messages++
      totals.bytes += size
    },
    acked: duplicate => {
      totals.acks++
      if (duplicate) totals.duplicates++
    },
    refused: reason => { errors.inc({ reason: reasonName(reason) }) },
    willPublished: () => { totals.wills++ },
    delivered: () => { totals.deliveries++ },
    gap: () => { totals.gaps++ }
  }
  return counters
}
