import type { FastifyRequest } from 'fastify'
import type { ProblemCode, Role, Scope } from '@motience/schemas'
import { hasScope } from '../auth/index.js'
import { ProblemError } from '../service/problem-error.js'
import type { Connections } from './connections.js'
import type { TokenVerifier } from './token-verifier.js'
import { readUpgradeToken } from './upgrade-token.js'

/** Requirements of an upgrade. */
export interface AdmissionRules {
  roles: readonly Role[]
  /** The scope that a key needs. */
  scope: Scope
  /** Codes of this server's problems. */
  codes: { wrongRole: ProblemCode, tooMany: ProblemCode }
  /** Whether the server can serve a new connection now. */
  ready: () => boolean
}

/** `Retry-After` in seconds if there are too many connections. */
const RETRY_AFTER_SECS = 5

/** `Retry-After` in seconds if the server is not ready. */
const NOT_READY_SECS = 2

/**
 * Decides on an upgrade whose path and query are valid, before its handshake: 503 not ready, 429 too many, 401 invalid
 * token, 403 wrong role. The cheap checks come first, and slots are taken before the token is verified. Sets
 * `request.identity` and releases the slots once the request's socket is closed; rejects with the `ProblemError` to
 * return.
 */
export const admit = async (
  request: FastifyRequest, rules: AdmissionRules, connections: Connections, verifier: TokenVerifier
): Promise<void> => {
  const checkReady = (): void => {
    if (!rules.ready()) throw new ProblemError('MOT_UNAVAILABLE', undefined, { retryAfterSecs: NOT_READY_SECS })
  }
  const tooMany = (detail: string): ProblemError =>
    new ProblemError(rules.codes.tooMany, detail, { retryAfterSecs: RETRY_AFTER_SECS })

  checkReady()
  const token = readUpgradeToken(request)
  if (token === null) throw new ProblemError('MOT_UNAUTHORIZED', 'Access token missing')
  const place = connections.takeSlot()
  if (place === null) throw tooMany('Too many connections to this server')
  try {
    const identity = await verifier.verify(token)
    if (!rules.roles.includes(identity.role)) throw new ProblemError(rules.codes.wrongRole)
    if (!hasScope(identity, rules.scope)) throw new ProblemError('MOT_FORBIDDEN', `This needs the scope ${rules.scope}`)
    checkReady()
    const userPlace = connections.takeUserSlot(identity)
    if (userPlace === null) throw tooMany('Too many connections of this user')
    request.identity = identity
    const release = (): void => {
      place.release()
      userPlace.release()
    }
    const { socket } = request.raw
    if (socket.destroyed) release()
    else socket.once('close', release)
  } catch (error) {
    place.release()
    throw error
  }
}
