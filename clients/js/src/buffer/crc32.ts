import * as zlib from 'node:zlib'

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** CRC-32 as in zlib and Ethernet (ISO 3309), byte by byte. */
export const tableCrc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const native = (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32

/** Node's own if available; the latest Node for armv7 in the npm registry, 20.11, has none. */
export const crc32: (bytes: Uint8Array) => number = native ?? tableCrc32
