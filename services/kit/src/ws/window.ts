/** The last bytes of what a peer has sent, which what it sends next may refer to (RFC 7692, context takeover). */
export class Window {
  readonly #size: number
  #bytes = Buffer.alloc(0)
  #used = 0

  /** `size` is the most that is kept, in bytes; 0 keeps nothing. */
  constructor (size: number) { this.#size = size }

  /** What is kept, oldest first. It changes with the next `add`. */
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
