import type { IncomingMessage } from 'node:http'
import type { ProblemCode, Role } from '@motience/schemas'
import type { Identity } from '../auth/index.js'
import type { Connections, Place } from './connections.js'
import type { Refusal } from './refusal.js'
import type { TokenVerifier } from './token-verifier.js'
import { readTarget, readUpgradeToken } from './token.js'

/** What an upgrade has to be to be let in. */
export interface AdmissionRules {
  /** The one path that is served. */
  path: string
  roles: readonly Role[]
  /** Codes of this server's refusals. */
  codes: { wrongRole: ProblemCode, tooMany: ProblemCode }
  /** Whether the server can serve a new connection now. */
  ready: () => boolean
  /** What is wrong with the rest of the query; null for nothing. */
  checkQuery?: (query: URLSearchParams) => string | null
}

/** An upgrade that was let in: whose it is, and the places that it holds until its connection is gone. */
export interface Admitted { identity: Identity, query: URLSearchParams, places: Place[] }

/** How long a client that was one too many should wait. */
const RETRY_AFTER_SECS = 5

/**
 * Decides on an upgrade before its handshake: 404 another path, 400 a bad query, 503 not ready, 429 too many, 401 a bad token, 403 a
 * wrong role. The cheap checks come first, and a place is held while the token is verified.
 */
export const admit = async (
  request: IncomingMessage, rules: AdmissionRules, connections: Connections, verifier: TokenVerifier
): Promise<Admitted | Refusal> => {
  const target = readTarget(request.url)
  if (target === null || target.path !== rules.path) return { code: 'MOT_NOT_FOUND', detail: `WebSockets are served at ${rules.path}` }
  const fault = rules.checkQuery?.(target.query) ?? null
  if (fault !== null) return { code: 'MOT_BAD_INPUT', detail: fault }
  if (!rules.ready()) return { code: 'MOT_UNAVAILABLE', retryAfterSecs: 2 }
  const token = readUpgradeToken(request, target)
  if (token === null) return { code: 'MOT_UNAUTHORIZED', detail: 'No access token was sent' }
  const place = connections.takePlace()
  if (place === null) return { code: rules.codes.tooMany, detail: 'The server has no place left', retryAfterSecs: RETRY_AFTER_SECS }
  const verified = await verifier.verify(token)
  const refuse = (refusal: Refusal): Refusal => {
    place.release()
    return refusal
  }
  if ('refusal' in verified) return refuse(verified.refusal)
  const { identity } = verified
  if (!rules.roles.includes(identity.role)) return refuse({ code: rules.codes.wrongRole })
  if (!rules.ready()) return refuse({ code: 'MOT_UNAVAILABLE', retryAfterSecs: 2 })
  const userPlace = connections.takeUserPlace(identity)
  if (userPlace === null) return refuse({ code: rules.codes.tooMany, detail: 'The user has no place left', retryAfterSecs: RETRY_AFTER_SECS })
  return { identity, query: target.query, places: [place, userPlace] }
}
