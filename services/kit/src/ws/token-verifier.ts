import type { Authenticator, Identity } from '../auth/index.js'
import { ProblemError } from '../service/problem-error.js'

/** What a revocation applies to: one session, or everything of a user. */
export interface RevokedAccess { sid?: string, userId?: number, reason: 'revoked' | 'disabled' }

/** Maximum time that an upgrade or a renewal waits for the verification of its token, in milliseconds. */
const VERIFY_MS = 10_000

/** `Retry-After` in seconds if a token could not be verified. */
const RETRY_AFTER_SECS = 2

const unavailable = (cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', undefined, { retryAfterSecs: RETRY_AFTER_SECS, cause })

/** Whether a revocation applies to this identity. */
export const isRevokedBy = (identity: Identity, revoked: RevokedAccess): boolean =>
  revoked.sid !== undefined
    ? identity.sid === revoked.sid
    : revoked.userId !== undefined && identity.userId === revoked.userId

/** The problem of a failed verification; an unknown error becomes MOT_UNAVAILABLE, without its cause. */
const problemOf = (error: unknown): ProblemError =>
  error instanceof ProblemError && (error.code !== 'MOT_UNAVAILABLE' || error.retryAfterSecs !== undefined)
    ? error
    : unavailable(error)

/**
 * Verifies tokens without missing a revocation in between: during a verification, its connection is not registered
 * under the token's session yet, so revocations are recorded meanwhile and compared at the end.
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

  /** Resolves to the token's identity. Rejects with the `ProblemError` to return, after 10 s with MOT_UNAVAILABLE. */
  async verify (token: string): Promise<Identity> {
    const meanwhile: RevokedAccess[] = []
    this.#pending.add(meanwhile)
    let timer: NodeJS.Timeout | undefined
    try {
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(unavailable()), VERIFY_MS)
      })
      const identity = await Promise.race([this.#authenticator.verify(token), late])
      if (meanwhile.some(revoked => isRevokedBy(identity, revoked))) throw new ProblemError('MOT_TOKEN_REVOKED')
      return identity
    } catch (error) {
      throw problemOf(error)
    } finally {
      clearTimeout(timer)
      this.#pending.delete(meanwhile)
    }
  }

  close (): void {
    this.#stop()
  }
}
