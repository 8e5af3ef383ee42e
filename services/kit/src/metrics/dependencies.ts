import type { Registry } from 'prom-client'
import type { ServiceId } from '../service/service-app.js'
import { createMetrics } from './metrics.js'

/**
 * Registers whether each dependency of the service responds, checked at each scrape. `failed` resolves to the names of
 * those that don't, within a bounded time.
 */
export const measureDependencies = (
  service: ServiceId,
  registry: Registry,
  names: readonly string[],
  failed: () => Promise<ReadonlySet<string>>
): void => {
  const gauge = createMetrics(service, registry).gauge({
    name: 'dependency_up',
    help: 'Whether a dependency of the service responds: 1, or 0',
    labels: ['dependency'],
    measure: async () => {
      const down = await failed()
      for (const dependency of names) gauge.set({ dependency }, down.has(dependency) ? 0 : 1)
    }
  })
}
