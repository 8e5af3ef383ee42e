import { crc32 } from './crc32.js'

/**
 * One line of a segment: `<length, 8 hex> <CRC-32, 8 hex> <body>\n`. Length and checksum are those of the body, in
 * bytes of UTF-8. The body holds no newline, so that a reader can resynchronize at the next line; the length gives
 * the end of a body even if its newline is damaged. Files stay readable with `less`.
 */
const HEAD_BYTES = 18
const NEWLINE = 0x0a
const SPACE = 0x20

/** Maximum length of a body, in bytes. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** Encodes a body, which must hold no newline. */
export const encodeLine = (body: string): Buffer => {
  const length = Buffer.byteLength(body)
  const line = Buffer.allocUnsafe(HEAD_BYTES + length + 1)
  line.write(body, HEAD_BYTES)
  const checksum = crc32(line.subarray(HEAD_BYTES, HEAD_BYTES + length))
  line.write(`${hex(length)} ${hex(checksum)} `, 0, 'latin1')
  line[HEAD_BYTES + length] = NEWLINE
  return line
}

const readHex = (buffer: Buffer, at: number): number => {
  let value = 0
  for (let i = at; i < at + 8; i++) {
    const byte = buffer[i]!
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/**
 * Length of the line at `at` including its newline, in bytes; 0 if more bytes are needed; -1 if no valid line begins
 * there.
 */
const measure = (buffer: Buffer, at: number): number => {
  if (at + HEAD_BYTES > buffer.length) return 0
  const length = readHex(buffer, at)
  if (length < 0 || length > MAX_BODY_BYTES || buffer[at + 8] !== SPACE || buffer[at + 17] !== SPACE) return -1
  const end = at + HEAD_BYTES + length
  if (end > buffer.length) return 0
  return crc32(buffer.subarray(at + HEAD_BYTES, end)) === readHex(buffer, at + 9) ? HEAD_BYTES + length + 1 : -1
}

/** Result of scanning part of a segment. */
export interface Scan {
  /** Bytes consumed; an incomplete line may follow. */
  used: number
  /** Number of damaged ranges. */
  damaged: number
}

/**
 * Passes the body of every valid line to `take`, in order, until that returns false. After a damaged line the scan
 * continues behind the next newline. With `last` the bytes end the segment, and an incomplete line is damage (a torn
 * write).
 */
export const scanLines = (buffer: Buffer, last: boolean, take: (body: string, end: number) => boolean): Scan => {
  let at = 0
  let damaged = 0
  let inDamage = false
  while (at < buffer.length) {
    const size = measure(buffer, at)
    if (size > 0) {
      inDamage = false
      const end = Math.min(at + size, buffer.length)
      const go = take(buffer.toString('utf8', at + HEAD_BYTES, at + size - 1), end)
      at = end
      if (!go) return { used: at, damaged }
      continue
    }
    if (size === 0 && !last) return { used: at, damaged }
    if (!inDamage) damaged++
    inDamage = true
    const newline = buffer.indexOf(NEWLINE, at)
    if (newline === -1) return last ? { used: buffer.length, damaged } : { used: at, damaged: damaged - 1 }
    at = newline + 1
  }
  return { used: at, damaged }
}
