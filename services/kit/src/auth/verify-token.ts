import { ACCESS_TOKEN_TYPE, AccessClaimsSchema, TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from '@motience/schemas'
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { ProblemError } from '../service/problem-error.js'
import { compileChecker } from '../service/validation.js'
import type { Identity } from './authenticator.js'

const claimsChecker = compileChecker(AccessClaimsSchema)

/** Longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 4_096

/** The identity that verified claims give; null where they contradict themselves. */
const identityOf = (claims: AccessClaims): Identity | null => {
  const expiresAt = claims.exp * 1_000
  if (claims.role === 'service') {
    return claims.sid === `service:${claims.sub}` ? { userId: 0, role: claims.role, sid: claims.sid, username: null, deviceId: null, service: claims.sub, expiresAt } : null
  }
  if (!/^[1-9]\d{0,9}$/.test(claims.sub) || claims.sid.startsWith('service:')) return null
  return {
    userId: Number(claims.sub),
    role: claims.role,
    sid: claims.sid,
    username: claims.username ?? null,
    deviceId: claims.device_id ?? null,
    service: null,
    expiresAt
  }
}

/**
 * Verifies a token's signature (EdDSA alone) and claims (RFC 7519): type (RFC 9068), issuer, audience, expiry, and that every claim of
 * `AccessClaimsSchema` is there. Rejects with `MOT_TOKEN_EXPIRED`, `MOT_UNAUTHORIZED`, or what `getKey` rejects with.
 */
export const verifyToken = async (token: string, getKey: JWTVerifyGetKey): Promise<Identity> => {
  if (token.length > MAX_TOKEN_LENGTH) throw new ProblemError('MOT_UNAUTHORIZED', 'The token is too long')
  try {
    const { payload } = await jwtVerify(token, getKey, {
      algorithms: ['EdDSA'],
      typ: ACCESS_TOKEN_TYPE,
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'sid', 'jti', 'role']
    })
    const identity = claimsChecker.check(payload) ? identityOf(payload as unknown as AccessClaims) : null
    if (identity === null) throw new ProblemError('MOT_UNAUTHORIZED', 'The token\'s claims are not those of an access token')
    return identity
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new ProblemError('MOT_TOKEN_EXPIRED', undefined, { cause: error })
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw new ProblemError('MOT_UNAUTHORIZED', 'The token is not valid', { cause: error })
    throw error
  }
}
