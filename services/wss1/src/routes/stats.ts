import { addStatsRoute, statsCount, type ServiceApp } from '@motience/kit'
import type { ProducerMetrics } from '../metrics.js'

const counts = {
  connections: statsCount('Open WebSockets'),
  paused: statsCount('Open WebSockets whose socket is paused'),
  messages: statsCount('Messages received'),
  acks: statsCount('Messages acked'),
  duplicates: statsCount('Messages acked as repeats'),
  errors: statsCount('Messages refused'),
  orphans: statsCount('Messages of closed connections, dropped unacked while DSM was unavailable'),
  in_flight: statsCount('Messages not yet acked'),
  in_flight_bytes: statsCount('Bytes not yet acked, as counted against WSS1_MAX_IN_FLIGHT_BYTES'),
  bytes: statsCount('Bytes of the messages received'),
  dsm_calls: statsCount('Calls to DSM'),
  dsm_repeats: statsCount('Calls after which messages had to be sent again')
}

interface StatsDependencies {
  metrics: ProducerMetrics
  connections: () => number
  inFlight: () => number
  inFlightBytes: () => number
}

/** Adds `GET /stats`. */
export const registerStatsRoute = (
  app: ServiceApp,
  { metrics, connections, inFlight, inFlightBytes }: StatsDependencies
): void => addStatsRoute(app, counts, () => {
  const { paused, messages, acks, duplicates, errors, bytes, dispatch } = metrics
  return {
    connections: connections(),
    paused,
    messages,
    acks,
    duplicates,
    errors,
    orphans: dispatch.orphans,
    in_flight: inFlight(),
    in_flight_bytes: inFlightBytes(),
    bytes,
    dsm_calls: dispatch.calls,
    dsm_repeats: dispatch.repeats
  }
})
