import { collectDefaultMetrics, Registry } from 'prom-client'
import type { ServiceId } from '../service/service-app.js'

/**
 * A service's registry, with the process's own metrics in it. Each has its own, so that several can share a process.
 */
export const createRegistry = (service: ServiceId): Registry => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: `motience_${service}_`, eventLoopMonitoringPrecision: 20 })
  return registry
}
