import { Type } from '@sinclair/typebox'
import { DatabaseFullError } from '../database/database.js'
import { measureDependencies } from '../metrics/dependencies.js'
import { ProblemError } from './problem-error.js'
import type { ServiceApp, ServiceId } from './service-app.js'

/** Checks of dependencies, by name: each resolves if the dependency responds. */
export type ReadyChecks = Record<string, () => Promise<void>>

/** Timeout of one check of `/ready`, in milliseconds. */
export const READY_CHECK_MS = 2_000

const NO_ANSWER = 'does not respond'

/** The public reason of a failed check: only a full disk is named. */
const reasonOf = (error: unknown): string => error instanceof DatabaseFullError ? error.message : NO_ANSWER

const describe = (faults: readonly [name: string, reason: string][]): string => {
  const silent = faults.filter(([, reason]) => reason === NO_ANSWER).map(([name]) => name)
  const reasons = new Set(faults.flatMap(([, reason]) => reason === NO_ANSWER ? [] : [reason]))
  return [...silent.length === 0 ? [] : [`Not responding: ${silent.join(', ')}`], ...reasons].join('; ')
}

/** Runs a check; resolves to the reason of its failure, or null. */
const bounded = async (check: () => Promise<void>): Promise<string | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => { timer = setTimeout(resolve, READY_CHECK_MS, NO_ANSWER) })
  try {
    return await Promise.race([check().then(() => null), late])
  } catch (error) {
    return reasonOf(error)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs the checks concurrently; resolves to the names of those that failed or timed out, with reasons. Concurrent calls
 * share one run.
 */
const failedChecks = (checks: ReadyChecks): () => Promise<[name: string, reason: string][]> => {
  let running: Promise<[string, string][]> | null = null
  const run = async (): Promise<[string, string][]> => {
    const names = Object.keys(checks)
    const reasons = await Promise.all(names.map(async name => await bounded(checks[name]!)))
    return names.flatMap((name, i): [string, string][] => reasons[i] == null ? [] : [[name, reasons[i]]])
  }
  return async () => {
    running ??= run().finally(() => { running = null })
    return await running
  }
}

const StatusSchema = Type.Object({ status: Type.String() })

/** Options of a route that responds regardless of load and rate limits. */
export const alwaysAnswered = { pressureHandler: () => undefined, rateLimit: false as const }

/**
 * Adds `/health` (the process runs), `/ready` (its dependencies respond, and it is not stopping) and `/metrics`
 * (Prometheus), which includes the results of the checks.
 */
export const addOperations = (app: ServiceApp, service: ServiceId, checks: ReadyChecks): void => {
  const failed = failedChecks(checks)
  measureDependencies(service, app.metrics, Object.keys(checks), async () =>
    new Set((await failed()).map(([name]) => name)))

  app.route({
    method: 'GET',
    url: '/health',
    config: alwaysAnswered,
    logLevel: 'error',
    schema: { hide: true, response: { 200: StatusSchema } },
    handler: async () => ({ status: 'ok' })
  })

  app.route({
    method: 'GET',
    url: '/ready',
    config: alwaysAnswered,
    schema: { hide: true, response: { 200: StatusSchema } },
    handler: async () => {
      if (app.draining) throw new ProblemError('MOT_UNAVAILABLE', 'The service is stopping', { retryAfterSecs: 5 })
      const faults = await failed()
      if (faults.length === 0) return { status: 'ready' }
      throw new ProblemError('MOT_UNAVAILABLE', describe(faults), {
        retryAfterSecs: 1,
        errors: faults.map(([name, message]) => ({ path: `/${name}`, message }))
      })
    }
  })

  app.route({
    method: 'GET',
    url: '/metrics',
    config: alwaysAnswered,
    schema: { hide: true, response: { 200: Type.String() } },
    handler: async (_request, reply) => reply.type(app.metrics.contentType).send(await app.metrics.metrics())
  })
}
