import { collectDefaultMetrics, Registry } from 'prom-client'
import type { ServiceId } from '../service/service-app.js'

/** Gauges of prom-client whose names end like a counter's; `nodejs_active_resources` has the same numbers by type. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/**
 * A service's registry, with the metrics of the process. Each service has its own, so that several can share a process.
 */
export const createRegistry = (service: ServiceId): Registry => {
  const registry = new Registry()
  const prefix = `motience_${service}_`
  collectDefaultMetrics({ register: registry, prefix, eventLoopMonitoringPrecision: 20 })
  for (const name of misnamed) registry.removeSingleMetric(`${prefix}${name}`)
  return registry
}
