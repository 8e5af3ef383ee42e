import type { Authenticator, Identity } from '../auth/index.js'
import { ProblemError } from '../service/problem-error.js'
import type { Refusal } from './refusal.js'

/** What a revocation names: one session, or all that a user has. */
export interface RevokedAccess { sid?: string, userId?: number, reason: 'revoked' | 'disabled' }

/** What became of a token. */
export type VerifiedToken = { identity: Identity } | { refusal: Refusal }

/** Most milliseconds that an upgrade or a renewal waits for its token's verification. */
const VERIFY_MS = 10_000

/** When a client should come again that AP could not be asked about. */
const RETRY_AFTER_SECS = 2

/** Whether a revocation is of this identity's session or user. */
export const isRevokedBy = (identity: Identity, revoked: RevokedAccess): boolean =>
  revoked.sid !== undefined ? identity.sid === revoked.sid : revoked.userId !== undefined && identity.userId === revoked.userId

/** The problem that a verification failed with; anything unknown counts as not available, and is not told. */
const refusalOf = (error: unknown): Refusal => {
  if (!(error instanceof ProblemError)) return { code: 'MOT_UNAVAILABLE', retryAfterSecs: RETRY_AFTER_SECS }
  const { code, message, retryAfterSecs } = error
  return { code, detail: message, retryAfterSecs: retryAfterSecs ?? (code === 'MOT_UNAVAILABLE' ? RETRY_AFTER_SECS : undefined) }
}

/**
 * Verifies tokens without losing a revocation that comes in between: while a verification runs, its connection is
 * not listed under the token's session yet, so what is revoked meanwhile is kept and compared at the end.
 */
export class TokenVerifier {
  readonly #authenticator: Authenticator
  readonly #pending = new Set<RevokedAccess[]>()
  readonly #stop: () => void

  constructor (authenticator: Authenticator, onRevoked: (revoked: RevokedAccess) => void) {
    this.#authenticator = authenticator
    this.#stop = authenticator.onRevoked(revoked => {
      for (const meanwhile of this.#pending) meanwhile.push(revoked)
      onRevoked(revoked)
    })
  }

  /** Never rejects. At most 10 s; then it is a refusal with 503. */
  async verify (token: string): Promise<VerifiedToken> {
    const meanwhile: RevokedAccess[] = []
    this.#pending.add(meanwhile)
    let timer: NodeJS.Timeout | undefined
    try {
      const late = new Promise<VerifiedToken>(resolve => {
        timer = setTimeout(() => resolve({ refusal: { code: 'MOT_UNAVAILABLE', retryAfterSecs: RETRY_AFTER_SECS } }), VERIFY_MS)
      })
      const verified = this.#authenticator.verify(token).then(identity => ({ identity }))
      const result = await Promise.race([verified, late])
      if (!('identity' in result)) return result
      return meanwhile.some(revoked => isRevokedBy(result.identity, revoked)) ? { refusal: { code: 'MOT_TOKEN_REVOKED' } } : result
    } catch (error) {
      return { refusal: refusalOf(error) }
    } finally {
      clearTimeout(timer)
      this.#pending.delete(meanwhile)
    }
  }

  close (): void {
    this.#stop()
  }
}
