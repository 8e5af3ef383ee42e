import type { Tokens } from '@motience/schemas'
import { createBackoff } from './backoff.js'
import { postJson, RestError, type RestFetch } from './rest.js'

/** Who signs in, and where. */
export interface TokenSessionOptions {
  /** Where AP is, such as `https://ap.example.org`; without `/api`. */
  authUrl: string
  username: string
  password: string
  /** Default: the platform's own `fetch`. */
  fetch?: RestFetch
  /** Most milliseconds that one call may take. */
  timeoutMs?: number
  /** Monotonic milliseconds: the wall clock of a device may jump. */
  now?: () => number
  random?: () => number
}

/** A token that may be used now. */
export interface AccessToken {
  token: string
  /** On the session's own clock (`now`). */
  expiresAt: number
  userId: number
  username: string
}

/** A signed-in session that keeps itself fresh. */
export interface TokenSession {
  /**
   * The token, renewed first where it is about to expire (one to two minutes before, or one to two fifths of a shorter
   * life). Calls at the same time share one renewal. Rejects with `RestError`; nothing is retried here.
   */
  get (): Promise<AccessToken>
  /**
   * Says that the platform refused this token: the next `get` signs in again. An older token than the current one is
   * ignored.
   */
  invalidate (token: string): void
  /** Told of each new token, those renewed by the clock too. Returns a function that ends it. */
  onRenewed (handler: (token: AccessToken) => void): () => void
  /** Ends the session at AP as well, as far as it can be reached. */
  logout (): Promise<void>
  /** Stops the renewals. */
  close (): void
}

const MAX_TIMER_MS = 2 ** 31 - 1

const startTimer = (run: () => void, ms: number): ReturnType<typeof setTimeout> => {
  const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS))
  // In Node a timer would hold the process; in a browser it is a number.
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
 * Signs in when the first token is asked for, and renews before it expires: by its refresh token, or by signing in
 * again where that is refused. A renewal that fails is repeated with back-off while the old token lives.
 * Runs in Node and in a browser.
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
    if (!isTokens(answer)) throw new RestError('The answer holds no tokens', { status: 0 })
    const lifeMs = answer.expires_in * 1000
    refreshToken = answer.refresh_token
    current = {
      token: answer.access_token,
      expiresAt: asked + lifeMs,
      userId: answer.user_id,
      username: answer.user?.username ?? username
    }
    // One to two margins before the end, at random: a fleet that signed in together renews apart.
    renewAt = current.expiresAt - Math.min(60_000, lifeMs / 5) * (1 + random())
    return current
  }

  const renew = async (): Promise<AccessToken> => {
    if (refreshToken !== null) {
      try {
        return await ask('refresh', { refresh_token: refreshToken })
      } catch (error) {
        // Only a refusal spends the session; without an answer the same refresh token may be sent again.
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
        // A token that still lives is better than none while AP is away.
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
