import type { ServiceApp, ServiceId } from '../service/service-app.js'
import type { Histogram, Registry } from 'prom-client'
import { createMetrics, metricName, secondsBuckets } from './metrics.js'

const NAME = 'http_request_duration_seconds'

/** The registry's histogram; two instances of one service share it. */
const requestDurations = (service: ServiceId, registry: Registry): Histogram =>
  (registry.getSingleMetric(metricName(service, NAME)) as Histogram | undefined) ??
  createMetrics(service, registry).histogram({
    name: NAME,
    help: 'Duration of requests, up to the last byte of the response',
    labels: ['method', 'route', 'status'],
    buckets: secondsBuckets
  })

/** Measures durations of responses by method, route (its pattern, never a path) and status. */
export const measureRequests = (app: ServiceApp, service: ServiceId): void => {
  const durations = requestDurations(service, app.metrics)
  app.addHook('onResponse', async (request, reply) => {
    durations.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) },
      reply.elapsedTime / 1_000
    )
  })
}
