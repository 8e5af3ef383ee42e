import type { ServiceApp, ServiceId } from '../service/service-app.js'
import { createMetrics, secondsBuckets } from './metrics.js'

/** Measures how long answers take, by method, route (its pattern, never a path) and status. */
export const measureRequests = (app: ServiceApp, service: ServiceId): void => {
  const durations = createMetrics(service, app.metrics).histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its whole answer',
    labels: ['method', 'route', 'status'],
    buckets: secondsBuckets
  })
  app.addHook('onResponse', async (request, reply) => {
    durations.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1_000)
  })
}
