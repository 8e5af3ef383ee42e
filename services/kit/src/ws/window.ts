/** The last bytes that a peer has sent, which its next message may refer to (RFC 7692, context takeover). */
export class Window {
  readonly #size: number
  #bytes = Buffer.alloc(0)
  #used = 0

  /** `size`: maximum number of bytes to keep; 0 keeps nothing. */
  constructor (size: number) { this.#size = size }

  /** The kept bytes, oldest first. Changes with the next `add`. */
  get content (): Buffer { return this.#bytes.subarray(0, this.#used) }

  add (text: Buffer): void {
    if (this.#size === 0 || text.length === 0) return
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafeSlow(this.#size)
    const latest = text.subarray(Math.max(0, text.length - this.#size))
    const kept = Math.min(this.#used, this.#size - latest.length)
    this.#bytes.copyWithin(0, this.#used - kept, this.#used)
    latest.copy(this.#bytes, kept)
    this.#used = kept + latest.length
  }
}
