import { Type, type TInteger, type TObject } from '@sinclair/typebox'
import type { ServiceApp } from './service-app.js'

/** The schema of one number in a response of `GET /stats`. */
export const statsCount = (description: string): TInteger => Type.Integer({ minimum: 0, description })

/**
 * Adds `GET /stats`: what `read` returns at the time of the request, and `uptime_secs`. Counts start with the process
 * unless they describe the current state.
 */
export const addStatsRoute = <Name extends string>(
  app: ServiceApp, counts: Record<Name, TInteger>, read: () => Record<Name, number>
): void => {
  const startedAt = performance.now()
  const schema: TObject = Type.Object({ ...counts, uptime_secs: statsCount('Seconds since the process started') })
  app.route({
    method: 'GET',
    url: '/stats',
    schema: { response: { 200: schema } },
    handler: async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { ...read(), uptime_secs: Math.floor((performance.now() - startedAt) / 1_000) }
    }
  })
}
