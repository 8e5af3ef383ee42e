import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { sha256, type Secrets } from './secrets.js'

/** A refresh token taken apart. It is opaque to everyone but AP. */
export interface RefreshToken {
  /** The token as the client holds it: 91 characters. */
  text: string
  /** Id of its session. */
  sid: string
  /** How many refreshes came before it. */
  generation: number
  /** SHA-256 of the text: all that is kept. */
  hash: Buffer
  /**
   * Whether AP made it with the present SERVICE_SECRET: so an old one is known as spent without a list of all that
   * were.
   */
  genuine: boolean
}

const UUID_BYTES = 16
const GENERATION_BYTES = 4
const SECRET_BYTES = 32
const TAG_BYTES = 16
const BODY_BYTES = UUID_BYTES + GENERATION_BYTES + SECRET_BYTES
const BYTES = BODY_BYTES + TAG_BYTES

const tagOf = (keys: Secrets, body: Buffer): Buffer =>
  createHmac('sha256', keys.refreshTag).update(body).digest().subarray(0, TAG_BYTES)

const make = (keys: Secrets, sid: string, generation: number, secret: Buffer): RefreshToken => {
  const head = Buffer.alloc(UUID_BYTES + GENERATION_BYTES)
  head.write(sid.replaceAll('-', ''), 'hex')
  head.writeUInt32BE(generation, UUID_BYTES)
  const body = Buffer.concat([head, secret])
  const text = Buffer.concat([body, tagOf(keys, body)]).toString('base64url')
  return { text, sid, generation, hash: sha256(text), genuine: true }
}

/** The first token of a session: 256 random bits. */
export const firstRefreshToken = (keys: Secrets, sid: string): RefreshToken =>
  make(keys, sid, 0, randomBytes(SECRET_BYTES))

/**
 * The token that follows. It depends on the parent and on AP's key alone, so a lost answer can be given again, by any
 * instance, without the token having been stored.
 */
export const childRefreshToken = (keys: Secrets, parent: RefreshToken): RefreshToken => {
  const secret = createHmac('sha256', keys.refresh).update(parent.text).digest()
  return make(keys, parent.sid, parent.generation + 1, secret)
}

/** Takes a token apart; null if it can't be one. */
export const parseRefreshToken = (keys: Secrets, text: string): RefreshToken | null => {
  const bytes = Buffer.from(text, 'base64url')
  // Decoding forgives strange characters; a token has one spelling only.
  if (bytes.length !== BYTES || bytes.toString('base64url') !== text) return null
  const body = bytes.subarray(0, BODY_BYTES)
  const hex = body.toString('hex', 0, UUID_BYTES)
  return {
    text,
    sid: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'),
    generation: body.readUInt32BE(UUID_BYTES),
    hash: sha256(text),
    genuine: timingSafeEqual(bytes.subarray(BODY_BYTES), tagOf(keys, body))
  }
}
