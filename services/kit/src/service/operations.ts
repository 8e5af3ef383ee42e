import { Type } from '@sinclair/typebox'
import { ProblemError } from './problem-error.js'
import type { ServiceApp } from './service-app.js'

/** A dependency's check: resolves if it answers. */
export type ReadyChecks = Record<string, () => Promise<void>>

/** Most milliseconds that one check of `/ready` may take. */
export const READY_CHECK_MS = 2_000

const bounded = async (check: () => Promise<void>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => { timer = setTimeout(resolve, READY_CHECK_MS, false) })
  try {
    return await Promise.race([check().then(() => true, () => false), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** Runs the checks side by side; resolves to the names of those that failed or took too long. Calls at the same time share one run. */
const failedChecks = (checks: ReadyChecks): () => Promise<string[]> => {
  let running: Promise<string[]> | null = null
  const run = async (): Promise<string[]> => {
    const names = Object.keys(checks)
    const answers = await Promise.all(names.map(async name => await bounded(checks[name]!)))
    return names.filter((_, i) => answers[i] !== true)
  }
  return async () => {
    running ??= run().finally(() => { running = null })
    return await running
  }
}

const StatusSchema = Type.Object({ status: Type.String() })

/** Options of a route that answers however busy the service is and whatever a client's rate. */
export const alwaysAnswered = { pressureHandler: () => undefined, rateLimit: false as const }

/** Adds `/health` (the process lives), `/ready` (its dependencies answer, and it is not stopping) and `/metrics` (Prometheus). */
export const addOperations = (app: ServiceApp, checks: ReadyChecks): void => {
  const failed = failedChecks(checks)

  app.route({
    method: 'GET',
    url: '/health',
    config: alwaysAnswered,
    logLevel: 'error',
    schema: { operationId: 'getHealth', tags: ['operations'], summary: 'Whether the process lives', response: { 200: StatusSchema } },
    handler: async () => ({ status: 'ok' })
  })

  app.route({
    method: 'GET',
    url: '/ready',
    config: alwaysAnswered,
    schema: { operationId: 'getReady', tags: ['operations'], summary: 'Whether what the service needs answers', response: { 200: StatusSchema } },
    handler: async () => {
      if (app.draining) throw new ProblemError('MOT_UNAVAILABLE', 'The service is stopping', { retryAfterSecs: 5 })
      const names = await failed()
      if (names.length === 0) return { status: 'ready' }
      throw new ProblemError('MOT_UNAVAILABLE', `Does not answer: ${names.join(', ')}`, {
        retryAfterSecs: 1,
        errors: names.map(name => ({ path: `/${name}`, message: 'does not answer' }))
      })
    }
  })

  app.route({
    method: 'GET',
    url: '/metrics',
    config: alwaysAnswered,
    schema: { operationId: 'getMetrics', tags: ['operations'], summary: 'Metrics for Prometheus', produces: ['text/plain'], response: { 200: Type.String() } },
    handler: async (_request, reply) => reply.type(app.metrics.contentType).send(await app.metrics.metrics())
  })
}
