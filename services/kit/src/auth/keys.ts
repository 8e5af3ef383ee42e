import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { request, type Dispatcher } from 'undici'
import { ProblemError } from '../service/problem-error.js'
import type { Logger } from '../service/service-app.js'
import type { TokenKeys } from './jwt.js'

/** Minimum interval between fetches of the keys, in milliseconds. */
const COOLDOWN_MS = 1_000

/** Milliseconds after which keys are fetched again in the background, so that withdrawn ones are removed. */
const MAX_AGE_MS = 600_000

/** Timeout of a fetch, in milliseconds. */
const FETCH_MS = 2_000

/** Maximum number of cached keys; AP publishes two or three. */
const MAX_KEYS = 100

/** AP's public keys (RFC 7517), cached: once fetched, they work without AP. */
export interface KeySource extends TokenKeys {
  /** Fetches for an unknown `kid`; rejects with `MOT_UNAVAILABLE` if that fails. */
  publicKey (kid: string): Promise<string | null>
  /** Resolves once keys were fetched. */
  ready (): Promise<void>
}

type Jwk = JsonWebKey & { kid?: unknown, use?: unknown }

const isSigningKey = ({ kty, crv, kid, use }: Jwk): boolean =>
  kty === 'OKP' && crv === 'Ed25519' && typeof kid === 'string' && (use === undefined || use === 'sig')

/** The Ed25519 keys of a JWKS as PEM, by `kid`. */
const pemsOf = (document: { keys: Jwk[] }): Map<string, string> =>
  new Map(document.keys.filter(isSigningKey).slice(0, MAX_KEYS).map(key =>
    [String(key.kid), createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()]))

/** Caches the keys of `<apUrl>/.well-known/jwks.json`. */
export const createKeySource = (options: {
  apUrl: string
  dispatcher: Dispatcher
  logger: Logger | undefined
}): KeySource => {
  const { apUrl, dispatcher, logger } = options
  let keys: Map<string, string> | null = null
  let fetchedAt = -Infinity
  let failedAt = -Infinity
  let fetching: Promise<void> | null = null

  const fetchKeys = async (): Promise<void> => {
    try {
      const { statusCode, body } = await request(`${apUrl}/.well-known/jwks.json`, {
        dispatcher,
        signal: AbortSignal.timeout(FETCH_MS)
      })
      const document = (await body.json()) as { keys: Jwk[] }
      if (statusCode !== 200) throw new Error(`AP answered ${statusCode}`)
      keys = pemsOf(document)
      fetchedAt = performance.now()
    } catch (error) {
      failedAt = performance.now()
      logger?.warn({ err: error }, 'Failed to fetch the signing keys')
      throw new ProblemError('MOT_UNAVAILABLE', 'Tokens can\'t be verified now', { retryAfterSecs: 1, cause: error })
    }
  }

  const refresh = async (): Promise<void> => {
    if (fetching === null && performance.now() - failedAt < COOLDOWN_MS) {
      throw new ProblemError('MOT_UNAVAILABLE', 'Tokens can\'t be verified now', { retryAfterSecs: 1 })
    }
    fetching ??= fetchKeys().finally(() => { fetching = null })
    await fetching
  }

  const refreshIfOld = (): void => {
    if (performance.now() - fetchedAt > MAX_AGE_MS && performance.now() - failedAt > COOLDOWN_MS) {
      refresh().catch(() => {})
    }
  }

  const find = (kid: string): string | null => keys?.get(kid) ?? null

  return {
    publicKey: async kid => {
      if (keys === null) await refresh()
      else refreshIfOld()
      const known = find(kid)
      if (known !== null || performance.now() - fetchedAt < COOLDOWN_MS) return known
      await refresh()
      return find(kid)
    },
    ready: async () => { if (keys === null) await refresh() }
  }
}
