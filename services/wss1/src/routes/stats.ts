import { Type } from '@sinclair/typebox'
import type { ServiceApp } from '@motience/kit'
import type { ProducerMetrics } from '../metrics.js'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Response of `GET /stats`. Counts start with the process unless they describe the current state. */
export const StatsSchema = Type.Object({
  connections: count('Open WebSockets'),
  paused: count('Open WebSockets whose socket is paused'),
  messages: count('Messages received'),
  acks: count('Messages acked'),
  duplicates: count('Messages acked as repeats'),
  errors: count('Messages refused'),
  orphans: count('Messages of closed connections, dropped unacked while DSM was unavailable'),
  in_flight: count('Messages not yet acked'),
  in_flight_bytes: count('Bytes not yet acked, as counted against WSS1_MAX_IN_FLIGHT_BYTES'),
  bytes: count('Bytes of the messages received'),
  dsm_calls: count('Calls to DSM'),
  dsm_repeats: count('Calls after which messages had to be sent again'),
  uptime_secs: count('Seconds since the process started')
})

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
): void => {
  const startedAt = performance.now()
  app.route({
    method: 'GET',
    url: '/stats',
    schema: { response: { 200: StatsSchema } },
    handler: async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const { paused, messages, acks, duplicates, errors, orphans, bytes, calls, repeats } = metrics
      return {
        connections: connections(),
        paused,
        messages,
        acks,
        duplicates,
        errors,
        orphans,
        in_flight: inFlight(),
        in_flight_bytes: inFlightBytes(),
        bytes,
        dsm_calls: calls,
        dsm_repeats: repeats,
        uptime_secs: Math.floor((performance.now() - startedAt) / 1_000)
      }
    }
  })
}
