import { fastifyJwt } from '@fastify/jwt'
import {
  ACCESS_TOKEN_TYPE, AccessClaimsSchema, TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims
} from '@motience/schemas'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../service/problem-error.js'
import { compileChecker } from '../service/validation.js'
import type { Identity } from './authenticator.js'

/** The `app.jwt` of a service that `registerJwt` was called for. */
export type { JWT } from '@fastify/jwt'

const claimsChecker = compileChecker(AccessClaimsSchema)

/** Maximum length of a token, in characters. */
export const MAX_TOKEN_LENGTH = 4_096

/** Maximum number of verified tokens that are remembered, so that a signature is checked once. */
const MAX_VERIFIED = 20_000

/** Milliseconds after which a cached token is verified again, with the keys published then. */
const VERIFIED_MS = 600_000

/** The keys of access tokens as PEM, by `kid`; null for an unknown one. Rejects if the keys are unavailable. */
export interface TokenKeys {
  publicKey (kid: string): Promise<string | null>
  /** Only in AP: with it, `app.jwt.sign(claims, { kid })` resolves to a token. */
  privateKey? (kid: string): Promise<string | null>
}

/**
 * Verifies a token's signature (only EdDSA) and claims (RFC 7519). Rejects with `MOT_TOKEN_EXPIRED`,
 * `MOT_UNAUTHORIZED`, or an error of the keys. Revocations are checked separately.
 */
export type ReadToken = (token: string) => Promise<Identity>

const refused = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAUTHORIZED', detail, { cause })

type FindKey = (kid: string) => Promise<string | null>

/** Returns the key of a token to `@fastify/jwt`. */
const keyFetcher = (find: FindKey) => async ({ header }: { header: { kid?: unknown } }): Promise<string> => {
  const key = typeof header.kid === 'string' ? await find(header.kid) : null
  if (key === null) throw refused('The token is signed by no key of AP')
  return key
}

/** Only header and claims are signed, and of the signature only the canonical encoding is accepted (RFC 4648, 3.5). */
const isCanonical = (token: string): boolean => {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

/** The identity in verified claims; null if they contradict each other. */
const identityOf = (claims: AccessClaims): Identity | null => {
  const { role, sub, sid } = claims
  const isService = role === 'service'
  const isConsistent = isService ? sid === `service:${sub}` : /^[1-9]\d{0,9}$/.test(sub) && !sid.startsWith('service:')
  if (!isConsistent) return null
  return {
    userId: isService ? 0 : Number(sub),
    role,
    sid,
    username: isService ? null : claims.username ?? null,
    deviceId: isService ? null : claims.device_id ?? null,
    service: isService ? sub : null,
    expiresAt: claims.exp * 1_000,
    scopes: null,
    deviceOnly: false
  }
}

/** Why `@fastify/jwt` refused a token; errors of the keys are passed on. */
const reasonOf = (error: unknown): unknown => {
  const { code, originalError } = error as { code?: string, originalError?: unknown }
  if (code === 'FAST_JWT_KEY_FETCHING_ERROR' && originalError !== undefined) return originalError
  if (code === 'FAST_JWT_EXPIRED') return new ProblemError('MOT_TOKEN_EXPIRED', undefined, { cause: error })
  return refused('The token is not valid', error)
}

/**
 * Registers `@fastify/jwt` by the rules of access tokens: algorithm, type (RFC 9068), issuer, audience, required
 * claims. Everything that takes a token, whether request, upgrade or frame, takes it through the returned function.
 */
export const registerJwt = async (app: FastifyInstance, { publicKey, privateKey }: TokenKeys): Promise<ReadToken> => {
  await app.register(fastifyJwt, {
    secret: { public: keyFetcher(publicKey), ...(privateKey === undefined ? {} : { private: keyFetcher(privateKey) }) },
    sign: {
      algorithm: 'EdDSA',
      header: { alg: 'EdDSA', typ: ACCESS_TOKEN_TYPE },
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE
    },
    verify: {
      algorithms: ['EdDSA'],
      checkTyp: ACCESS_TOKEN_TYPE,
      allowedIss: TOKEN_ISSUER,
      allowedAud: TOKEN_AUDIENCE,
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'sid', 'jti', 'role'],
      cache: MAX_VERIFIED,
      cacheTTL: VERIFIED_MS
    }
  })

  return async token => {
    if (token.length > MAX_TOKEN_LENGTH) throw refused('The token is too long')
    if (token === '' || !isCanonical(token)) throw refused('The token is not valid')
    let claims: object
    try {
      // A promise, since the key has to be found first.
      claims = await app.jwt.verify(token)
    } catch (error) {
      throw reasonOf(error)
    }
    const identity = claimsChecker.check(claims) ? identityOf(claims as AccessClaims) : null
    if (identity === null) throw refused('The token\'s claims are not those of an access token')
    return identity
  }
}
