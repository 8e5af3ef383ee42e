import { Type } from '@sinclair/typebox'
import type { ServiceApp } from '@motience/kit'
import type { ConsumerMetrics } from '../metrics.js'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Response of `GET /stats`. Counts start with the process unless they describe the current state. */
export const StatsSchema = Type.Object({
  connections: count('Open WebSockets'),
  consumers: count('Distinct consumers connected'),
  deliveries: count('Messages sent'),
  bytes: count('Bytes of the messages sent'),
  queued_messages: count('Messages in the send queues of slow consumers'),
  queued_bytes: count('Bytes in the send queues of slow consumers'),
  dropped: count('Messages dropped for slow consumers'),
  gaps: count('`gap` frames sent'),
  resumes: count('Producers resumed'),
  unrecovered: count('Producers resumed whose log no longer reached back to the position'),
  uptime_secs: count('Seconds since the process started')
})

interface StatsDependencies { metrics: ConsumerMetrics, connections: () => number, consumers: () => number }

/** Adds `GET /stats`. */
export const registerStatsRoute = (app: ServiceApp, { metrics, connections, consumers }: StatsDependencies): void => {
  const startedAt = performance.now()
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
        uptime_secs: Math.floor((performance.now() - startedAt) / 1_000)
      }
    }
  })
}
