import { MqttError, reasons } from './reasons.js'

/** Initial capacity for a packet in several chunks, in bytes: memory follows what arrives, not what is announced. */
const FIRST_CAPACITY = 4_096

/** The fixed header takes at most this many bytes: the type, and the length in four (MQTT 5, section 2.1). */
const MAX_HEADER = 5

/**
 * Splits a stream of bytes into packets. The size of a packet is checked when its header has arrived, before any memory
 * is spent on it.
 */
export class PacketSplitter {
  /** Maximum size of a packet, in bytes. */
  maxPacket: number
  #chunk: Buffer | null = null
  #at = 0
  readonly #header = Buffer.alloc(MAX_HEADER)
  #headerSize = 0
  /** A packet that has arrived in part. */
  #partial: Buffer | null = null
  #filled = 0
  #size = 0

  constructor (maxPacket: number) { this.maxPacket = maxPacket }

  /** Adds a chunk; packets are taken out with `next`. */
  push (chunk: Buffer): void {
    const rest = this.#chunk?.subarray(this.#at)
    this.#chunk = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    this.#at = 0
  }

  /** The next complete packet; null if more bytes have to arrive. Throws an `MqttError` if a packet is too large. */
  next (): Buffer | null {
    while (this.#chunk !== null) {
      if (this.#partial === null && !this.#readHeader(this.#chunk)) return null
      const packet = this.#readBody(this.#chunk)
      if (this.#at >= this.#chunk.length) this.#chunk = null
      if (packet !== null) return packet
    }
    return null
  }

  /** Reads the fixed header; false if it is not complete. */
  #readHeader (chunk: Buffer): boolean {
    while (this.#at < chunk.length) {
      const byte = chunk[this.#at++]!
      this.#header[this.#headerSize++] = byte
      if (this.#headerSize === 1 || (byte & 0x80) !== 0) {
        if (this.#headerSize === MAX_HEADER) throw new MqttError(reasons.malformedPacket, 'The length is malformed')
        continue
      }
      let length = 0
      for (let i = this.#headerSize - 1; i > 0; i--) length = length * 128 + (this.#header[i]! & 0x7f)
      this.#size = this.#headerSize + length
      if (this.#size > this.maxPacket) {
        throw new MqttError(reasons.packetTooLarge, `A packet is over ${this.maxPacket} bytes`)
      }
      return true
    }
    this.#chunk = null
    return false
  }

  #readBody (chunk: Buffer): Buffer | null {
    if (this.#partial === null) {
      const start = this.#at - this.#headerSize
      if (start >= 0 && chunk.length - start >= this.#size) {
        this.#at = start + this.#size
        this.#headerSize = 0
        return chunk.subarray(start, this.#at)
      }
      this.#partial = Buffer.allocUnsafe(Math.min(this.#size, FIRST_CAPACITY))
      this.#filled = this.#header.copy(this.#partial, 0, 0, this.#headerSize)
      this.#headerSize = 0
    }
    const end = Math.min(chunk.length, this.#at + this.#size - this.#filled)
    this.#reserve(this.#filled + end - this.#at)
    this.#filled += chunk.copy(this.#partial, this.#filled, this.#at, end)
    this.#at = end
    if (this.#filled < this.#size) return null
    const packet = this.#partial.subarray(0, this.#size)
    this.#partial = null
    return packet
  }

  #reserve (needed: number): void {
    const partial = this.#partial!
    if (needed <= partial.length) return
    const grown = Buffer.allocUnsafe(Math.min(this.#size, Math.max(needed, partial.length * 2)))
    partial.copy(grown, 0, 0, this.#filled)
    this.#partial = grown
  }
}
