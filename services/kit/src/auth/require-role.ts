import type { Role } from '@motience/schemas'
import type { FastifyRequest } from 'fastify'
import { ProblemError } from '../service/problem-error.js'
import type { Identity } from './authenticator.js'

/** The token of an `Authorization: Bearer` header (RFC 6750); null if there is none. */
export const bearerToken = (authorization: string | undefined): string | null =>
  /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1] ?? null

/** Verifies a request's token and sets `request.identity`; see `requireRole`. */
export const authenticate = async (request: FastifyRequest): Promise<Identity> => {
  const { authenticator } = request.server
  if (authenticator === null) throw new ProblemError('MOT_INTERNAL')
  const token = bearerToken(request.headers.authorization)
  if (token === null) {
    throw new ProblemError('MOT_UNAUTHORIZED', 'An access token is needed: `Authorization: Bearer <token>`')
  }
  request.identity = await authenticator.verify(token)
  return request.identity
}

/**
 * Guards a route: its caller must be signed in and have one of the roles (any, if none is named). Use it as
 * `onRequest`, so that a stranger's body is not even read, or as `preHandler`. Gives 401, 403 (`MOT_FORBIDDEN`) or 503.
 */
export const requireRole = (...roles: Role[]) => async (request: FastifyRequest): Promise<void> => {
  const { role } = await authenticate(request)
  if (roles.length > 0 && !roles.includes(role)) {
    throw new ProblemError('MOT_FORBIDDEN', `This needs the role ${roles.join(' or ')}`)
  }
}
