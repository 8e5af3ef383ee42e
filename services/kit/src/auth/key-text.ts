import { createHash } from 'node:crypto'
import { KEY_PATTERN, KEY_PREFIX, type KeyKind } from '@motience/schemas'

/** A key taken apart. Of its secret only the SHA-256 is kept: 256 random bits need no slow hash. */
export interface ParsedKey { kind: KeyKind, id: string, secretHash: Buffer }

/** Whether a credential is meant as a key, well-formed or not; access tokens never begin like one. */
export const isKey = (text: string): boolean => text.startsWith(KEY_PREFIX)

/** The hash that a secret is kept and looked up by. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Takes a key apart; null for a text that can't be one. */
export const parseKey = (text: string): ParsedKey | null => {
  const match = KEY_PATTERN.exec(text)
  if (match === null) return null
  const [, kind, id, secret] = match
  return { kind: kind === 'd' ? 'device' : 'api', id: id!, secretHash: hashSecret(secret!) }
}
