const EMPTY = Buffer.alloc(0)

/** Bytes that an empty buffer may go on to hold. */
const KEPT_WHEN_EMPTY = 2_048

/** A power of two for little, then an eighth more than is needed: little is wasted where there is much. */
const capacityFor = (bytes: number): number =>
  bytes <= 8_192 ? 2 ** Math.ceil(Math.log2(Math.max(256, bytes))) : Math.ceil((bytes * 9) / 8 / 4_096) * 4_096

/**
 * Texts one behind the other, each followed by a comma, as UTF-8 outside of the JavaScript heap: what waits costs
 * little more than its bytes, and the garbage collector doesn't have to look at it.
 */
export class TextBuffer {
  #bytes: Buffer = EMPTY
  #start = 0
  #end = 0

  get size (): number { return this.#end - this.#start }

  /** Appends a text; returns how many bytes it takes, its comma included. */
  push (text: string): number {
    const needed = Buffer.byteLength(text) + 1
    this.#reserve(needed)
    this.#end += this.#bytes.write(text, this.#end)
    this.#bytes[this.#end++] = 0x2c
    return needed
  }

  /** Appends bytes that another buffer gave. */
  pushBytes (bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#end += bytes.copy(this.#bytes, this.#end)
  }

  /** The bytes from `from` to `to`, counted from the front; a view that holds until the next call. */
  view (from: number, to: number): Buffer { return this.#bytes.subarray(this.#start + from, this.#start + to) }

  /** Drops bytes from the front. */
  drop (bytes: number): void {
    this.#start += bytes
    if (this.#start < this.#end) return
    this.#start = this.#end = 0
    if (this.#bytes.length > KEPT_WHEN_EMPTY) this.#bytes = EMPTY
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
