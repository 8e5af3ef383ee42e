import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleAll, type CircuitBreakerPolicy } from 'cockatiel'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool, type Dispatcher } from 'undici'
import type { ServiceTokens } from '../auth/service-tokens.js'
import { ProblemError } from '../service/problem-error.js'

/** A service that another one calls. */
export interface InternalTarget {
  /** Name in error messages, such as `DSM`. */
  name: string
  /** URL without a path. */
  url: string
  /** Adds the caller's token; without it, calls are anonymous. */
  tokens?: ServiceTokens
  /** Maximum time of one attempt in milliseconds; 5 s by default. */
  timeoutMs?: number
  /** Maximum number of connections; 32 by default. */
  connections?: number
}

/** A call. `path` begins with a slash. */
export interface InternalRequest {
  method: Dispatcher.HttpMethod
  path: string
  headers?: Record<string, string>
  body?: string | Buffer | null
}

/** A complete response of any status. */
export interface InternalAnswer { status: number, headers: Record<string, string | string[] | undefined>, text: string }

/** Consecutive failures that open the circuit, and milliseconds until the next attempt. */
const BREAK_AFTER = 5
const HALF_OPEN_MS = 500

/** Maximum size of a response, in bytes; a larger one counts as a failure. */
const MAX_ANSWER_BYTES = 67_108_864

/** Maximum number of attempts of an idempotent call. */
const MAX_ATTEMPTS = 3

const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/** Calls one service: keep-alive connections, timeouts, retries of idempotent calls and a circuit breaker. */
export interface InternalCaller {
  /**
   * Resolves to a response of any status; rejects with `MOT_UNAVAILABLE` without one, immediately while the circuit is
   * open.
   */
  call (request: InternalRequest): Promise<InternalAnswer>
  close (): Promise<void>
}

/** See `InternalCaller`. Only the lack of a response counts as a failure; a 503 is a response. */
export const createInternalCaller = (target: InternalTarget): InternalCaller => {
  const { name, url, tokens, timeoutMs = 5_000, connections = 32 } = target
  const pool = new Pool(new URL(url).origin, {
    connections,
    connect: { timeout: 2_000 },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES
  })
  const breaker: CircuitBreakerPolicy = circuitBreaker(handleAll, {
    halfOpenAfter: HALF_OPEN_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER)
  })

  const attempt = async (
    { method, path, headers, body }: InternalRequest,
    token: string | null
  ): Promise<InternalAnswer> =>
    await breaker.execute(async () => {
      const answer = await pool.request({
        method,
        path,
        headers: token === null ? (headers ?? {}) : { ...headers, authorization: `Bearer ${token}` },
        body: body ?? null
      })
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
    })

  const signedAttempt = async (request: InternalRequest): Promise<InternalAnswer> => {
    if (tokens === undefined) return await attempt(request, null)
    const token = await tokens.token()
    const answer = await attempt(request, token)
    if (answer.status !== 401) return answer
    tokens.drop(token)
    return await attempt(request, await tokens.token())
  }

  const call = async (request: InternalRequest): Promise<InternalAnswer> => {
    const attempts = repeatable.has(request.method) ? MAX_ATTEMPTS : 1
    for (let made = 1; ; made++) {
      try {
        return await signedAttempt(request)
      } catch (error) {
        if (error instanceof ProblemError) throw error
        if (made === attempts || error instanceof BrokenCircuitError) {
          throw new ProblemError('MOT_UNAVAILABLE', `${name} does not respond`, { retryAfterSecs: 1, cause: error })
        }
        await pause(made * (25 + Math.random() * 50))
      }
    }
  }

  return { call, close: async () => { await pool.destroy() } }
}
