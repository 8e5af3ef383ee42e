import type { Role, Scope } from '@motience/schemas'
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

/** Whether a caller may do what a scope names: sessions and services may, keys only where they have the scope. */
export const hasScope = ({ scopes }: Identity, scope: Scope | null): boolean =>
  scopes === null || (scope !== null && scopes.includes(scope))

/** Whether a caller may send as a device (undefined for none named): the key of a device is for that one alone. */
export const maySendAs = ({ deviceOnly, deviceId }: Identity, device: string | undefined): boolean =>
  !deviceOnly || device === undefined || device === deviceId

const guard = (roles: readonly Role[], scope: Scope | null) => async (request: FastifyRequest): Promise<void> => {
  const identity = await authenticate(request)
  if (roles.length > 0 && !roles.includes(identity.role)) {
    throw new ProblemError('MOT_FORBIDDEN', `This needs the role ${roles.join(' or ')}`)
  }
  if (!hasScope(identity, scope)) {
    throw new ProblemError('MOT_FORBIDDEN', scope === null ? 'No key may do this' : `This needs the scope ${scope}`)
  }
}

/**
 * Guards a route: its caller must be signed in and have one of the roles (any, if none is named); keys are refused. Use
 * it as `onRequest`, so that a stranger's body is not even read, or as `preHandler`. Gives 401, 403 (`MOT_FORBIDDEN`)
 * or 503.
 */
export const requireRole = (...roles: Role[]) => guard(roles, null)

/** Like `requireRole`, for a route that keys with the scope may call too. */
export const requireScope = (scope: Scope, ...roles: Role[]) => guard(roles, scope)
