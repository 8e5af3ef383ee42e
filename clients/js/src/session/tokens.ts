import type { Tokens } from '@motience/schemas'
import { createBackoff } from './backoff.js'
import { postJson, RestError, type RestFetch } from './rest.js'
import { checkUrl } from './url-fault.js'

export interface TokenSessionOptions {
  /** URL of AP without `/api`, such as `https://ap.example.org`. */
  authUrl: string
  username: string
  password: string
  /** Default: the global one. */
  fetch?: RestFetch
  /** Timeout of one call, in milliseconds. */
  timeoutMs?: number
  /** Monotonic milliseconds: the wall clock of a device may jump. */
  now?: () => number
  random?: () => number
}

/** A valid token. */
export interface AccessToken {
  token: string
  /** By the clock `now`. */
  expiresAt: number
  userId: number
  username: string
}

/** A session at AP that renews its tokens. */
export interface TokenSession {
  /** Whether it is a key, which nothing replaces once it was refused. */
  readonly isKey?: boolean
  /**
   * The token, renewed first if it is about to expire (one to two minutes before, or one to two fifths of a shorter
   * lifetime). Concurrent calls share one renewal. Rejects with `RestError`, without retrying.
   */
  get (): Promise<AccessToken>
  /**
   * Reports that the platform rejected this token: the next `get` signs in again. Ignored if it is not the current
   * token.
   */
  invalidate (token: string): void
  /** Called with each new token, including scheduled renewals. Returns a function that unsubscribes. */
  onRenewed (handler: (token: AccessToken) => void): () => void
  /** Ends the session at AP too, if AP can be reached. */
  logout (): Promise<void>
  /** Stops the renewals. */
  close (): void
}

const MAX_TIMER_MS = 2 ** 31 - 1

const startTimer = (run: () => void, ms: number): ReturnType<typeof setTimeout> => {
  const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS))
  // In Node, timers keep the process alive; in browsers, they are numbers.
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  return timer
}

const isTokens = (answer: unknown): answer is Tokens => {
  const tokens = answer as Partial<Tokens> | null
  return (
    typeof tokens?.access_token === 'string' &&
    typeof tokens.refresh_token === 'string' &&
    typeof tokens.expires_in === 'number'
  )
}

/**
 * Signs in when the first token is requested, and renews it before it expires, with the refresh token, or by signing in
 * again if that is rejected. Failed scheduled renewals are retried with back-off. Runs in Node and browsers.
 */
export const createTokenSession = ({
  authUrl,
  username,
  password,
  fetch,
  timeoutMs = 15_000,
  now = () => performance.now(),
  random = Math.random
}: TokenSessionOptions): TokenSession => {
  const call: RestFetch = fetch ?? ((url, init) => globalThis.fetch(url, init))
  checkUrl('authUrl', authUrl, 'http')
  const base = authUrl.replace(/\/+$/, '')
  const backoff = createBackoff({ random })
  const handlers = new Set<(token: AccessToken) => void>()
  let current: AccessToken | null = null
  let renewAt = 0
  let refreshToken: string | null = null
  let pending: Promise<AccessToken> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const ask = async (path: string, body: unknown): Promise<AccessToken> => {
    const asked = now()
    const answer = await postJson(call, `${base}/api/auth/${path}`, body, { timeoutMs })
    if (!isTokens(answer)) throw new RestError('Response without tokens', { status: 0 })
    const lifeMs = answer.expires_in * 1000
    refreshToken = answer.refresh_token
    current = {
      token: answer.access_token,
      expiresAt: asked + lifeMs,
      userId: answer.user_id,
      username: answer.user?.username ?? username
    }
    // One to two margins before expiry, at random, so that a fleet does not renew at the same time.
    renewAt = current.expiresAt - Math.min(60_000, lifeMs / 5) * (1 + random())
    return current
  }

  const renew = async (): Promise<AccessToken> => {
    if (refreshToken !== null) {
      try {
        return await ask('refresh', { refresh_token: refreshToken })
      } catch (error) {
        // Only a rejection ends the session; without a response the same refresh token may be sent again.
        if (!(error instanceof RestError) || !error.final) throw error
        refreshToken = null
      }
    }
    return ask('login', { username, password })
  }

  const schedule = (ms: number) => {
    clearTimeout(timer)
    if (closed) return
    timer = startTimer(() => {
      if (now() < renewAt) return schedule(renewAt - now())
      renewShared().catch((error: unknown) =>
        schedule(backoff.next(error instanceof RestError ? (error.retryAfterMs ?? 0) : 0))
      )
    }, ms)
  }

  const renewShared = (): Promise<AccessToken> => {
    pending ??= renew().then(token => {
      backoff.reset()
      schedule(Math.max(0, renewAt - now()))
      for (const handler of handlers) handler(token)
      return token
    }).finally(() => { pending = null })
    return pending
  }

  return {
    get: async () => {
      if (current !== null && now() < renewAt) return current
      try {
        return await renewShared()
      } catch (error) {
        // While AP is unavailable, the current token is used until it expires.
        if (current !== null && now() < current.expiresAt && !(error instanceof RestError && error.final)) {
          return current
        }
        throw error
      }
    },
    invalidate: token => {
      if (current?.token !== token) return
      current = null
      refreshToken = null
      clearTimeout(timer)
    },
    onRenewed: handler => {
      handlers.add(handler)
      return () => { handlers.delete(handler) }
    },
    logout: async () => {
      const spent = refreshToken
      current = refreshToken = null
      clearTimeout(timer)
      if (spent !== null) {
        await postJson(call, `${base}/api/auth/logout`, { refresh_token: spent }, { timeoutMs }).catch(() => null)
      }
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    }
  }
}
