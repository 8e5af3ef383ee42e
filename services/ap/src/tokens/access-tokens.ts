import { ProblemError, type Identity } from '@motience/kit'
import { ACCESS_TOKEN_TYPE, AccessClaimsSchema, TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims, type ServiceName } from '@motience/schemas'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { errors, jwtVerify, SignJWT } from 'jose'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import type { UserRow } from '../users/users.js'
import type { Keyring } from './keyring.js'
import type { Lifetimes } from './lifetimes.js'

/** An access token and the moment at which it expires, in milliseconds since 1970. */
export interface IssuedToken { text: string, expiresAt: number }

/** Makes and checks access tokens (RFC 9068, signed by Ed25519). */
export interface AccessTokens {
  /** Seconds that a token lives. */
  readonly expiresIn: number
  /** When a token made now expires. */
  expiry (): number
  forUser (user: Pick<UserRow, 'id' | 'username' | 'role' | 'device_id'>, sid: string, expiresAt: number): Promise<string>
  forService (service: ServiceName): Promise<IssuedToken>
  /** Who a token speaks for, by signature and claims alone. Rejects with MOT_UNAUTHORIZED or MOT_TOKEN_EXPIRED. */
  read (token: string): Promise<Identity>
}

const claimsChecker = TypeCompiler.Compile(AccessClaimsSchema)
const refused = () => new ProblemError('MOT_UNAUTHORIZED', 'The access token is not valid')

const USER_ID = /^[1-9]\d{0,9}$/
const SESSION_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

const identityOf = (claims: AccessClaims): Identity => {
  const isService = claims.role === 'service'
  const isConsistent = isService ? claims.sid === `service:${claims.sub}` : USER_ID.test(claims.sub) && SESSION_ID.test(claims.sid)
  if (!isConsistent) throw refused()
  return {
    userId: isService ? 0 : Number(claims.sub),
    role: claims.role,
    sid: claims.sid,
    username: claims.username ?? null,
    deviceId: claims.device_id ?? null,
    service: isService ? claims.sub : null,
    expiresAt: claims.exp * 1000
  }
}

export const createAccessTokens = (keyring: Keyring, { accessMs }: Lifetimes, clock: Clock): AccessTokens => {
  const expiry = () => Math.floor((clock() + accessMs) / 1000) * 1000

  const sign = async (claims: Omit<AccessClaims, 'iss' | 'aud' | 'jti' | 'iat' | 'exp'>, expiresAt: number): Promise<string> => {
    const { kid, privateKey } = keyring.signing()
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: ACCESS_TOKEN_TYPE, kid })
      .setIssuer(TOKEN_ISSUER).setAudience(TOKEN_AUDIENCE).setJti(randomUUID())
      .setIssuedAt(Math.floor(clock() / 1000)).setExpirationTime(expiresAt / 1000)
      .sign(privateKey)
  }

  return {
    expiresIn: Math.floor(accessMs / 1000),
    expiry,
    forUser: async (user, sid, expiresAt) =>
      await sign({ sub: String(user.id), role: user.role, sid, username: user.username, device_id: user.device_id }, expiresAt),

    async forService (service) {
      const expiresAt = expiry()
      return { text: await sign({ sub: service, role: 'service', sid: `service:${service}` }, expiresAt), expiresAt }
    },

    async read (token) {
      try {
        const { payload } = await jwtVerify(token, async ({ kid }) => {
          const key = kid === undefined ? null : await keyring.verifying(kid)
          if (!key) throw refused()
          return key
        }, {
          algorithms: ['EdDSA'], issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, typ: ACCESS_TOKEN_TYPE, requiredClaims: ['sub', 'exp', 'iat', 'jti', 'sid', 'role'], currentDate: new Date(clock())
        })
        if (!claimsChecker.Check(payload)) throw refused()
        return identityOf(payload)
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new ProblemError('MOT_TOKEN_EXPIRED', 'The access token has expired')
        if (error instanceof errors.JOSEError || error instanceof TypeError) throw refused()
        throw error
      }
    }
  }
}
