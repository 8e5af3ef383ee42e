import { createHmac, sign, verify, type KeyObject } from 'node:crypto'

/** A token's header or claims, valid or not. */
export type JwsPart = Record<string, unknown>

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
const decode = (part = ''): JwsPart => JSON.parse(Buffer.from(part, 'base64url').toString()) as JwsPart

/**
 * A compact JWS (RFC 7515) with any header and claims, signed with Ed25519 whatever the header says. Not made by the
 * library, which the tests check.
 */
export const signJws = (header: unknown, claims: unknown, key: KeyObject): string => {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

/** Like `signJws`, with HMAC-SHA-256. */
export const hmacJws = (header: unknown, claims: unknown, secret: string | Buffer): string => {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** Like `signJws`, without a signature or with an arbitrary one. */
export const unsignedJws = (header: unknown, claims: unknown, signature = ''): string =>
  `${encode(header)}.${encode(claims)}.${signature}`

/** A token's content, unverified. */
export const decodeJws = (token: string): { header: JwsPart, claims: JwsPart } => {
  const [header, claims] = token.split('.')
  return { header: decode(header), claims: decode(claims) }
}

/** The claims of a token that has a valid signature and has not expired; null for any other. */
export const verifyJws = (token: string, keyOf: (header: JwsPart) => KeyObject | undefined): JwsPart | null => {
  const { header, claims } = decodeJws(token)
  const key = keyOf(header)
  const end = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  const isSigned = key !== undefined && verify(null, Buffer.from(token.slice(0, end)), key, signature)
  return isSigned && Number(claims['exp']) * 1_000 > Date.now() ? claims : null
}
