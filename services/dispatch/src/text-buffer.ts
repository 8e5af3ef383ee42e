const EMPTY = Buffer.alloc(0)

/** Capacity that an empty buffer may keep, in bytes. */
const MAX_IDLE_BYTES = 2_048

/** Powers of two for small sizes; above them an eighth more than needed, so that large buffers waste little. */
const capacityFor = (bytes: number): number =>
  bytes <= 8_192 ? 2 ** Math.ceil(Math.log2(Math.max(256, bytes))) : Math.ceil((bytes * 9) / 8 / 4_096) * 4_096

/**
 * Concatenated UTF-8 texts, each followed by a comma, outside of the JavaScript heap: queued messages cost little more
 * than their bytes, and the garbage collector does not scan them.
 */
export class TextBuffer {
  #bytes: Buffer = EMPTY
  #start = 0
  #end = 0

  get size (): number { return this.#end - this.#start }

  /** Appends a text; returns its size in bytes, including the comma. */
  push (text: string): number {
    const needed = Buffer.byteLength(text) + 1
    this.#reserve(needed)
    this.#end += this.#bytes.write(text, this.#end)
    this.#bytes[this.#end++] = 0x2c
    return needed
  }

  /** Appends bytes that were read with `view`. */
  pushBytes (bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#end += bytes.copy(this.#bytes, this.#end)
  }

  /** The bytes from `from` to `to`, counted from the front; valid until the next call of a method. */
  view (from: number, to: number): Buffer { return this.#bytes.subarray(this.#start + from, this.#start + to) }

  /** Drops bytes from the front. */
  drop (bytes: number): void {
    this.#start += bytes
    if (this.#start < this.#end) return
    this.#start = this.#end = 0
    if (this.#bytes.length > MAX_IDLE_BYTES) this.#bytes = EMPTY
  }

  #reserve (needed: number): void {
    if (this.#end + needed <= this.#bytes.length) return
    const { size } = this
    const half = this.#bytes.length / 2
    if (size + needed <= half) {
      this.#bytes.copyWithin(0, this.#start, this.#end)
    } else {
      const grown = Buffer.allocUnsafeSlow(capacityFor(size + needed))
      this.#bytes.copy(grown, 0, this.#start, this.#end)
      this.#bytes = grown
    }
    this.#start = 0
    this.#end = size
  }
}
