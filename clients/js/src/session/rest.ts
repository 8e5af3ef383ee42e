import type { Problem } from '@motience/schemas'

/** The part of a `Response` that is used. */
export interface RestResponse {
  readonly status: number
  readonly headers: { get (name: string): string | null }
  text (): Promise<string>
}

/** The part of `fetch` that is used, so that a program can inject a lighter one. */
export type RestFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal }
) => Promise<RestResponse>

/** A failed call: an error response, or none at all (`status` 0). */
export class RestError extends Error {
  override name = 'RestError'
  /** HTTP status; 0 without a response. */
  readonly status: number
  /** `code` of the problem document, or null. */
  readonly code: string | null
  /** Delay requested by the server, in milliseconds, or null. */
  readonly retryAfterMs: number | null

  constructor (
    message: string,
    {
      status, code = null, retryAfterMs = null, cause
    }: { status: number; code?: string | null; retryAfterMs?: number | null; cause?: unknown }
  ) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.retryAfterMs = retryAfterMs
  }

  /** Whether retrying is pointless: a 4xx other than 408 and 429. */
  get final (): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429
  }
}

/** Parses `Retry-After`, which is seconds or a date (RFC 9110 §10.2.3). Milliseconds, or null. */
export const parseRetryAfter = (value: string | null | undefined, now = Date.now()): number | null => {
  if (value === null || value === undefined || value === '') return null
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The error for a response other than 2xx. `text` is its body: a problem document, or anything else. */
export const restErrorOf = ({ status, headers }: Pick<RestResponse, 'status' | 'headers'>, text: string): RestError => {
  const body = parse(text)
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  return new RestError(problem.detail ?? `HTTP ${status}`, {
    status,
    code: problem.code ?? null,
    retryAfterMs: parseRetryAfter(headers.get('retry-after'))
  })
}

/**
 * Posts JSON and resolves with the parsed response (null for 204). Rejects with `RestError` if the response is not 2xx,
 * is not JSON, or does not arrive within `timeoutMs`.
 */
export const postJson = async (
  fetch: RestFetch,
  url: string,
  body: unknown,
  { timeoutMs = 15_000, token }: { timeoutMs?: number; token?: string } = {}
): Promise<unknown> => {
  let response: RestResponse
  let text: string
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs)
    })
    text = await response.text()
  } catch (error) {
    throw new RestError(`Can't reach ${new URL(url).host}`, { status: 0, cause: error })
  }
  if (response.status < 200 || response.status > 299) throw restErrorOf(response, text)
  const answer = parse(text)
  if (answer === null && response.status !== 204) {
    throw new RestError(`Response of ${new URL(url).host} is not JSON`, { status: 0 })
  }
  return answer
}
