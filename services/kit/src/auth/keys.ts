import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { request, type Dispatcher } from 'undici'
import { ProblemError } from '../service/problem-error.js'
import type { Logger } from '../service/service-app.js'

/** Least milliseconds between two fetches of the keys. */
const COOLDOWN_MS = 1_000

/** Milliseconds after which keys are fetched anew in the background, so that one that AP took back is forgotten. */
const MAX_AGE_MS = 600_000

/** Most milliseconds that a fetch may take. */
const FETCH_MS = 2_000

/** AP's public keys (RFC 7517), kept: once fetched they work without AP. */
export interface KeySource {
  /** For jose: the key of a token. Fetches for an unknown `kid`; rejects with `MOT_UNAVAILABLE` if that fails. */
  getKey: JWTVerifyGetKey
  /** Resolves once there are keys. */
  ready (): Promise<void>
}

/** Keeps the keys that `<apUrl>/.well-known/jwks.json` serves. */
export const createKeySource = (options: { apUrl: string, dispatcher: Dispatcher, logger: Logger | undefined }): KeySource => {
  const { apUrl, dispatcher, logger } = options
  let keys: ReturnType<typeof createLocalJWKSet> | null = null
  let fetchedAt = -Infinity
  let failedAt = -Infinity
  let fetching: Promise<void> | null = null

  const fetchKeys = async (): Promise<void> => {
    try {
      const { statusCode, body } = await request(`${apUrl}/.well-known/jwks.json`, { dispatcher, signal: AbortSignal.timeout(FETCH_MS) })
      const document = await body.json() as JSONWebKeySet
      if (statusCode !== 200) throw new Error(`AP answered ${statusCode}`)
      keys = createLocalJWKSet(document)
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
    if (performance.now() - fetchedAt > MAX_AGE_MS && performance.now() - failedAt > COOLDOWN_MS) refresh().catch(() => {})
  }

  const getKey: JWTVerifyGetKey = async (header, token) => {
    if (keys === null) await refresh()
    else refreshIfOld()
    try {
      return await keys!(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || performance.now() - fetchedAt < COOLDOWN_MS) throw error
      await refresh()
      return await keys!(header, token)
    }
  }

  return { getKey, ready: async () => { if (keys === null) await refresh() } }
}
