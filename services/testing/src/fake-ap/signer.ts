import { ACCESS_TOKEN_TYPE, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@motience/schemas'
import { generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { IssueOptions } from '../fake-ap.js'
import { signJws } from '../jws.js'

interface Key { kid: string, privateKey: KeyObject, publicKey: KeyObject }

/** Keys of a fake AP. */
export interface FakeSigner {
  /** Content of `/.well-known/jwks.json`. */
  readonly jwks: { keys: JsonWebKey[] }
  /** The current signing key. */
  readonly privateKey: KeyObject
  /** The public key of a `kid`; undefined if it is not served. */
  publicKey (kid: string): KeyObject | undefined
  sign (options: IssueOptions): Promise<string>
  /** Signs with a key that is not served, under the current `kid`. */
  forge (options: IssueOptions): Promise<string>
  /** Signs with a new key from now on; the old ones stay served. */
  rotate (): Promise<void>
}

const makeKey = (kid: string = randomUUID()): Key => ({ kid, ...generateKeyPairSync('ed25519') })

const publicJwk = ({ kid, publicKey }: Key): JsonWebKey =>
  ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' })

const signWith = (key: Key, options: IssueOptions): string => {
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
      : {
          sub: String(userId),
          sid: options.sid ?? randomUUID(),
          username: options.username ?? `${role}-${userId}`,
          device_id: deviceId
        }),
    ...options.claims
  }
  for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name]
  return signJws({ alg: 'EdDSA', kid: key.kid, typ: options.typ ?? ACCESS_TOKEN_TYPE }, claims, key.privateKey)
}

export const createFakeSigner = (): FakeSigner => {
  const keys = [makeKey()]
  const current = (): Key => keys.at(-1)!
  return {
    get jwks () { return { keys: keys.map(publicJwk) } },
    get privateKey () { return current().privateKey },
    publicKey: kid => keys.find(key => key.kid === kid)?.publicKey,
    sign: async options => signWith(current(), options),
    forge: async options => signWith(makeKey(current().kid), options),
    rotate: async () => { keys.push(makeKey()) }
  }
}
