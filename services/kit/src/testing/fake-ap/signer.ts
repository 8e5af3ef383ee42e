import { ACCESS_TOKEN_TYPE, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@motience/schemas'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { randomUUID } from 'node:crypto'
import type { IssueOptions } from '../fake-ap.js'

interface Key { kid: string, privateKey: CryptoKey, publicJwk: JWK }

/** Keys of a fake AP. */
export interface FakeSigner {
  /** What `/.well-known/jwks.json` serves. */
  readonly jwks: { keys: JWK[] }
  sign (options: IssueOptions): Promise<string>
  /** Signs with a key that has the current one's `kid` and is not served. */
  forge (options: IssueOptions): Promise<string>
  /** From now on signs with a new key; the old ones stay served. */
  rotate (): Promise<void>
}

const makeKey = async (kid: string = randomUUID()): Promise<Key> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { kid, privateKey, publicJwk: { ...await exportJWK(publicKey), kid, alg: 'EdDSA', use: 'sig' } }
}

const signWith = async (key: Key, options: IssueOptions): Promise<string> => {
  const { role, userId = 1, service = 'dsm', deviceId = null, expiresInSecs = 3_600 } = options
  const now = Math.floor(Date.now() / 1_000)
  const claims: Record<string, unknown> = {
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    jti: randomUUID(),
    iat: now - (expiresInSecs < 0 ? 7_200 : 0),
    exp: now + expiresInSecs,
    role,
    ...(role === 'service'
      ? { sub: service, sid: options.sid ?? `service:${service}` }
      : { sub: String(userId), sid: options.sid ?? randomUUID(), username: options.username ?? `${role}-${userId}`, device_id: deviceId }),
    ...options.claims
  }
  for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name]
  return await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: options.typ ?? ACCESS_TOKEN_TYPE }).sign(key.privateKey)
}

export const createFakeSigner = async (): Promise<FakeSigner> => {
  let current = await makeKey()
  const jwks = { keys: [current.publicJwk] }
  return {
    jwks,
    sign: async options => await signWith(current, options),
    forge: async options => await signWith(await makeKey(current.kid), options),
    rotate: async () => {
      current = await makeKey()
      jwks.keys.push(current.publicJwk)
    }
  }
}
