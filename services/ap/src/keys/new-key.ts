import { randomBytes } from 'node:crypto'
import { hashSecret } from '@motience/kit'
import type { KeyKind } from '@motience/schemas'

/** A key that was just made. `text` is handed out once and kept nowhere. */
export interface NewKey { id: string, text: string, secretHash: Buffer }

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const SECRET_ALPHABET = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${ID_ALPHABET}`

const ID_LENGTH = 12

/** 43 characters of 62 carry 256 bits. */
const SECRET_LENGTH = 43

/** `length` characters, each equally likely: bytes that would favour the first ones are left out. */
export const randomText = (alphabet: string, length: number): string => {
  const limit = 256 - 256 % alphabet.length
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}

/** Makes a key: `mot_d_<id>_<secret>` for a device, `mot_k_<id>_<secret>` for a program. */
export const newKey = (kind: KeyKind): NewKey => {
  const id = randomText(ID_ALPHABET, ID_LENGTH)
  const secret = randomText(SECRET_ALPHABET, SECRET_LENGTH)
  return { id, text: `mot_${kind === 'device' ? 'd' : 'k'}_${id}_${secret}`, secretHash: hashSecret(secret) }
}
