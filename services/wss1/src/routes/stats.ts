import { Type } from '@sinclair/typebox'
import type { ServiceApp } from '@motience/kit'
import type { ProducerMetrics } from '../metrics.js'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Answer of `GET /stats`: since the start, unless said otherwise. */
export const StatsSchema = Type.Object({
  connections: count('WebSockets that are open now'),
  paused: count('Of those, the ones whose socket is not being read now'),
  messages: count('Messages taken'),
  acks: count('Messages acked'),
  duplicates: count('Of those, repeats'),
  errors: count('Messages refused'),
  orphans: count('Messages of ended connections that were forgotten unacked while DSM did not answer'),
  in_flight: count('Messages that wait for their ack now'),
  in_flight_bytes: count('Bytes that they cost now'),
  bytes: count('Bytes of the messages taken'),
  dsm_calls: count('Calls to DSM'),
  dsm_repeats: count('Calls after which something had to be repeated'),
  uptime_secs: count('Seconds since the start')
})

interface StatsDependencies {
  metrics: ProducerMetrics
  connections: () => number
  inFlight: () => number
  inFlightBytes: () => number
}

/** Adds `GET /stats`. */
export const registerStatsRoute = (app: ServiceApp, { metrics, connections, inFlight, inFlightBytes }: StatsDependencies): void => {
  const begun = performance.now()
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
        uptime_secs: Math.floor((performance.now() - begun) / 1_000)
      }
    }
  })
}
