import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual, createHash } from 'node:crypto'

/** Keys that AP makes from SERVICE_SECRET, one for each purpose (HKDF, RFC 5869). */
export interface Secrets {
  /** Seals the private signing keys at rest. */
  sealing: Buffer
  /** Makes the child of a refresh token. */
  refresh: Buffer
  /** Marks refresh tokens as made here. */
  refreshTag: Buffer
  /** Hashes claim codes. */
  claim: Buffer
}

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `motience/ap/${purpose}`, 32))

/** The same keys from the same secret, on every instance. */
export const deriveSecrets = (serviceSecret: string): Secrets => ({
  sealing: derive(serviceSecret, 'sealing'),
  refresh: derive(serviceSecret, 'refresh'),
  refreshTag: derive(serviceSecret, 'refresh-tag'),
  claim: derive(serviceSecret, 'claim')
})

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM: nonce, ciphertext, tag. `label` has to be given again to open it. */
export const seal = (key: Buffer, label: string, plain: Buffer): Buffer => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed; null if the key or the label is another one, or a bit was changed. */
export const open = (key: Buffer, label: string, sealed: Buffer): Buffer | null => {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(label)).setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

export const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()

/** Compares in a time that tells neither the content nor the length. */
export const sameSecret = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other))
