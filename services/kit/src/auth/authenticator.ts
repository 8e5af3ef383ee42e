import type { Role, Scope } from '@motience/schemas'
import type { FastifyInstance } from 'fastify'

/** The caller, according to an access token. */
export interface Identity {
  /** Id of the user; 0 for a service. */
  userId: number
  role: Role
  /** Session that the token belongs to; `service:<name>` for a service. */
  sid: string
  username: string | null
  /** The device that the user signed up with. */
  deviceId: string | null
  /** Name of the service; null for a user. */
  service: string | null
  /** Milliseconds since 1970 when the token expires. */
  expiresAt: number
  /** What a key is limited to; null for a session or a service, which may do all that its role may. */
  scopes: readonly Scope[] | null
  /** Whether it may send only as `deviceId`, as the key of a device. */
  deviceOnly: boolean
}

/** A session, or everything that belongs to a user, was revoked: its connections have to be closed. */
export interface Revoked { sid?: string, userId?: number, reason: 'revoked' | 'disabled' }

/** Verifies tokens and reports revocations. */
export interface Authenticator {
  /**
   * Registers `@fastify/jwt` with the service whose tokens are verified; `buildService` calls it, once, before any
   * `verify`.
   */
  register? (app: FastifyInstance): Promise<void>
  /**
   * Rejects with a `ProblemError`: `MOT_UNAUTHORIZED`, `MOT_TOKEN_EXPIRED`, `MOT_TOKEN_REVOKED`, or `MOT_UNAVAILABLE`
   * if the token can't be verified now.
   */
  verify (token: string): Promise<Identity>
  /** Calls `handler` for each revocation from now on, possibly more than once. Returns a function that removes it. */
  onRevoked (handler: (revoked: Revoked) => void): () => void
  /** Resolves if tokens can be verified now, for `/ready`. */
  ready (): Promise<void>
  close (): Promise<void>
}
