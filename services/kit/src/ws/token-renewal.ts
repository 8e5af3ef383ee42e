import { closeCodes, type AuthenticatedFrame, type Scope } from '@motience/schemas'
import { hasScope, type Identity } from '../auth/index.js'
import { ProblemError } from '../service/problem-error.js'
import type { Connection } from './connection.js'
import type { TokenVerifier } from './token-verifier.js'

/**
 * Handles `auth` frames. A token of the same user replaces the previous one, including its expiry. An invalid one, or
 * another user's, is refused with an error frame, and the previous one stays valid until it expires. A token that shows
 * that the user lost the role closes the connection with 4003. One frame is handled at a time.
 */
export class TokenRenewal {
  readonly #verifier: TokenVerifier
  readonly #scope: Scope
  readonly #busy = new WeakSet<Connection>()

  constructor (verifier: TokenVerifier, scope: Scope) {
    this.#verifier = verifier
    this.#scope = scope
  }

  async renew (connection: Connection, token: string): Promise<void> {
    if (this.#busy.has(connection)) {
      connection.sendError({
        code: 'MOT_RATE_LIMITED',
        message: 'The previous token is still being verified',
        retry_after_ms: 1000
      })
      return
    }
    this.#busy.add(connection)
    try {
      this.#take(connection, await this.#verifier.verify(token))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const { code, message, retryAfterSecs } = error
      connection.sendError({
        code,
        message,
        ...(retryAfterSecs === undefined ? {} : { retry_after_ms: retryAfterSecs * 1000 })
      })
    } finally {
      this.#busy.delete(connection)
    }
  }

  #take (connection: Connection, identity: Identity): void {
    if (!connection.open) return
    const { userId, role } = connection.identity
    if (identity.userId !== userId) throw new ProblemError('MOT_FORBIDDEN', 'The token belongs to another user')
    if (identity.role !== role) {
      connection.close(closeCodes.forbidden, 'Role lost')
      return
    }
    if (!hasScope(identity, this.#scope)) throw new ProblemError('MOT_FORBIDDEN', `This needs the scope ${this.#scope}`)
    connection.identity = identity
    const frame: AuthenticatedFrame = { type: 'authenticated', expires_at: new Date(identity.expiresAt).toISOString() }
    connection.sendFrame(frame)
  }
}
