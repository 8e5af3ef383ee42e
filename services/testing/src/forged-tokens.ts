import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { decodeJws, hmacJws, signJws, unsignedJws, type JwsPart } from './jws.js'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes in another text: with the bits of the last character set that decoders ignore. */
const withSpareBits = (token: string): string =>
  token.slice(0, -1) + BASE64URL.charAt(BASE64URL.indexOf(token.slice(-1)) + 1)

/** A valid token whose signature contains a character in which base64 and base64url differ. */
const withDash = (header: JwsPart, claims: JwsPart, key: KeyObject): string => {
  for (let i = 0; ; i++) {
    const token = signJws(header, { ...claims, jti: `j${i}` }, key)
    if (/[-_][^.]*$/.test(token)) return token
  }
}

const otherwise = (part: JwsPart, change: JwsPart): JwsPart =>
  Object.fromEntries(Object.entries({ ...part, ...change }).filter(([, value]) => value !== undefined))

/** Wrong signatures, keys and algorithms. */
const badlySigned = (good: string, own: KeyObject): Record<string, string> => {
  const { header, claims } = decodeJws(good)
  const { privateKey: stranger, publicKey: strangerPublic } = generateKeyPairSync('ed25519')
  const publicKey = createPublicKey(own)
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const jwk = publicKey.export({ format: 'jwk' })
  const [head, payload, signature] = good.split('.') as [string, string, string]
  const hmac = { ...header, alg: 'HS256' }
  const strangerJwk = strangerPublic.export({ format: 'jwk' })
  return {
    'another key under the same kid': signJws(header, claims, stranger),
    'an unknown kid': signJws({ ...header, kid: 'unknown' }, claims, stranger),
    'no kid': signJws(otherwise(header, { kid: undefined }), claims, own),
    'a kid that is not a string': signJws({ ...header, kid: 1 }, claims, own),
    'a key in the header': signJws({ ...header, jwk: strangerJwk }, claims, stranger),
    'the address of a key in the header': signJws({ ...header, jku: 'http://127.0.0.1:9/jwks.json' }, claims, stranger),
    'alg none': unsignedJws({ ...header, alg: 'none' }, claims),
    'alg none in capitals': unsignedJws({ ...header, alg: 'NONE' }, claims),
    'alg none with the signature': unsignedJws({ ...header, alg: 'none' }, claims, signature),
    'HS256 with the public key, as PEM, as secret': hmacJws(hmac, claims, pem),
    'HS256 with the public key\'s bytes as secret': hmacJws(hmac, claims, Buffer.from(String(jwk.x), 'base64url')),
    'HS256 with the public key, as JWK, as secret': hmacJws(hmac, claims, JSON.stringify(jwk)),
    'HS256 with no secret': hmacJws(hmac, claims, ''),
    'another algorithm\'s name': signJws({ ...header, alg: 'RS256' }, claims, own),
    'no algorithm': signJws(otherwise(header, { alg: undefined }), claims, own),
    'a critical extension': signJws({ ...header, crit: ['b64'], b64: false }, claims, own),
    'another token\'s signature': unsignedJws(header, { ...claims, role: 'admin' }, signature),
    'no signature': `${head}.${payload}.`,
    'half a signature': `${head}.${payload}.${signature.slice(0, 43)}`,
    'a signature whose spare bits are set': withSpareBits(good),
    'a padded signature': `${good}==`,
    'a signature in base64': withDash(header, claims, own).replaceAll('-', '+').replaceAll('_', '/')
  }
}

/** Signed with AP's own key, with invalid claims or header fields. */
const badClaims = (good: string, own: KeyObject): Record<string, string> => {
  const { header, claims } = decodeJws(good)
  const worded = (change: JwsPart): string => signJws(header, otherwise(claims, change), own)
  const missing = ['iss', 'aud', 'exp', 'iat', 'sub', 'sid', 'jti', 'role']
    .map(name => [`no ${name}`, worded({ [name]: undefined })])
  return {
    ...Object.fromEntries(missing) as Record<string, string>,
    'a wrong type': signJws({ ...header, typ: 'JWT' }, claims, own),
    'no type': signJws(otherwise(header, { typ: undefined }), claims, own),
    'a wrong issuer': worded({ iss: 'another' }),
    'a wrong audience': worded({ aud: 'another' }),
    'an audience among others': worded({ aud: ['motience', 'another'] }),
    'an unknown role': worded({ role: 'root' }),
    'several roles': worded({ role: ['admin'] }),
    'a subject that is not an id': worded({ sub: '1e3' }),
    'a negative subject': worded({ sub: '-1' }),
    'a subject that is not a string': worded({ sub: 1 }),
    'a service\'s session': worded({ sid: 'service:dsm' }),
    'a service that contradicts itself': worded({ role: 'service', sub: 'dsm', sid: 'service:ap' }),
    'an expiry that is not a number': worded({ exp: 'soon' }),
    'an expiry out of range': worded({ exp: -1e300 }),
    'an `iat` that is not a number': worded({ iat: null }),
    'not valid yet': worded({ nbf: Math.floor(Date.now() / 1_000) + 600 }),
    'claims that are a list': signJws(header, [claims], own),
    'claims that are null': signJws(header, null, own),
    'a header that is a list': signJws([header], claims, own)
  }
}

/** Not even tokens. */
const malformed = (good: string): Record<string, string> => ({
  'no token': 'x',
  'a number': '12345',
  'two parts': good.slice(0, good.lastIndexOf('.')),
  'four parts': `${good}.x`,
  'five parts': 'a.b.c.d.e',
  'three empty parts': '..',
  'parts that are not JSON': 'AAAA.AAAA.AAAA'
})

/**
 * Tokens that have to be refused with `MOT_UNAUTHORIZED` at every entry, by what is wrong with them; made from a valid
 * one and its private key.
 */
export const forgedTokens = (good: string, own: KeyObject): Record<string, string> =>
  ({ ...badlySigned(good, own), ...badClaims(good, own), ...malformed(good) })
