import type { FastifyRequest } from 'fastify'
import type { ProblemCode, Role } from '@motience/schemas'
import { ProblemError } from '../service/problem-error.js'
import type { Connections } from './connections.js'
import type { TokenVerifier } from './token-verifier.js'
import { readUpgradeToken } from './token.js'

/** What an upgrade needs to be admitted. */
export interface AdmissionRules {
  roles: readonly Role[]
  /** Codes of this server's refusals. */
  codes: { wrongRole: ProblemCode, tooMany: ProblemCode }
  /** Whether the server can serve a new connection now. */
  ready: () => boolean
}

/** Seconds after which a client that was one too many may try again. */
const RETRY_AFTER_SECS = 5

/** Seconds after which a client may try a server again that is not ready. */
const NOT_READY_SECS = 2

/**
 * Decides on an upgrade whose path and query are right, before its handshake: 503 not ready, 429 too many, 401 a bad
 * token, 403 a wrong role. The cheap checks come first, and a place is held while the token is verified. Sets
 * `request.identity` and gives the places back once the request's socket is closed; rejects with the `ProblemError` to
 * answer.
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
  if (token === null) throw new ProblemError('MOT_UNAUTHORIZED', 'No access token was sent')
  const place = connections.takePlace()
  if (place === null) throw tooMany('The server has no place left')
  try {
    const identity = await verifier.verify(token)
    if (!rules.roles.includes(identity.role)) throw new ProblemError(rules.codes.wrongRole)
    checkReady()
    const userPlace = connections.takeUserSlot(identity)
    if (userPlace === null) throw tooMany('The user has no place left')
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
