import { Type } from '@sinclair/typebox'
import type { ServiceApp } from '@motience/kit'
import type { ConsumerMetrics } from '../metrics.js'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Answer of `GET /stats`: since the start, unless said otherwise. */
export const StatsSchema = Type.Object({
  connections: count('WebSockets that are open now'),
  consumers: count('Different consumers that are connected now'),
  deliveries: count('Messages sent'),
  bytes: count('Bytes of the messages sent'),
  queued_messages: count('Messages that wait for slow consumers now'),
  queued_bytes: count('Bytes that wait for slow consumers now'),
  dropped: count('Messages left out for slow consumers'),
  gaps: count('`gap` frames sent'),
  resumes: count('Producers that consumers asked to resume'),
  unrecovered: count('Of those, the ones whose log did not reach back'),
  uptime_secs: count('Seconds since the start')
})

interface StatsDependencies { metrics: ConsumerMetrics, connections: () => number, consumers: () => number }

/** Adds `GET /stats`. */
export const registerStatsRoute = (app: ServiceApp, { metrics, connections, consumers }: StatsDependencies): void => {
  const begun = performance.now()
  app.route({
    method: 'GET',
    url: '/stats',
    schema: { response: { 200: StatsSchema } },
    handler: async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const { totals, queued } = metrics
      return {
        connections: connections(),
        consumers: consumers(),
        deliveries: totals.deliveries,
        bytes: totals.bytes,
        queued_messages: queued.messages,
        queued_bytes: queued.bytes,
        dropped: totals.dropped,
        gaps: totals.gaps,
        resumes: totals.resumes,
        unrecovered: totals.unrecovered,
        uptime_secs: Math.floor((performance.now() - begun) / 1_000)
      }
    }
  })
}
