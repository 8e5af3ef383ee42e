import type { ServiceName, ServiceToken } from '@motience/schemas'
import { Agent, request } from 'undici'
import { ProblemError } from '../service/problem-error.js'

/** Timeout of a request to AP, in milliseconds. */
const SIGN_IN_MS = 2_000

/** Fraction of a token's lifetime after which a new one is fetched in the background. */
const RENEW_AT = 0.7

/** A service's own access token, cached and renewed. */
export interface ServiceTokens {
  /** Rejects with `MOT_UNAVAILABLE` if there is none and AP is unavailable. */
  token (): Promise<string>
  /** Discards a token that was refused, so that the next call signs in again. */
  drop (token: string): void
  close (): void
}

/** Credentials of a service. `now` is a monotonic clock in milliseconds, for tests. */
export interface ServiceTokensOptions { apUrl: string, service: ServiceName, secret: string, now?: () => number }

/** Signs in a service by `POST <apUrl>/api/auth/service-token`, once, and again before the token expires. */
export const createServiceTokens = (options: ServiceTokensOptions): ServiceTokens => {
  const { apUrl, service, secret, now = () => performance.now() } = options
  const dispatcher = new Agent({ connections: 2, connect: { timeout: SIGN_IN_MS } })
  let current: { text: string, renewAt: number, until: number } | null = null
  let fetching: Promise<string> | null = null

  const signIn = async (): Promise<string> => {
    const asked = now()
    try {
      const { statusCode, body } = await request(`${apUrl}/api/auth/service-token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service, secret }),
        signal: AbortSignal.timeout(SIGN_IN_MS),
        dispatcher
      })
      const answer = await body.json() as ServiceToken
      if (statusCode !== 200) throw new Error(`AP answered ${statusCode} to the sign-in of ${service}`)
      const life = answer.expires_in * 1_000
      current = { text: answer.access_token, renewAt: asked + life * RENEW_AT, until: asked + life - 2_000 }
      return current.text
    } catch (error) {
      throw new ProblemError('MOT_UNAVAILABLE', 'The service can\'t sign in now', { retryAfterSecs: 1, cause: error })
    }
  }

  const renew = async (): Promise<string> => {
    fetching ??= signIn().finally(() => { fetching = null })
    return await fetching
  }

  return {
    token: async () => {
      const time = now()
      if (current === null || time >= current.until) return await renew()
      if (time >= current.renewAt) renew().catch(() => {})
      return current.text
    },
    drop: token => { if (current?.text === token) current = null },
    close: () => { dispatcher.destroy().catch(() => {}) }
  }
}
