/** Estimated memory that a message costs besides its text, in bytes. */
export const MESSAGE_OVERHEAD = 160

/** Fraction of the limit down to which usage has to fall before connections resume reading. */
const RESUME_AT = 0.75

/** Bytes that a socket may still deliver after it was paused: one read from the kernel. */
const READ_AHEAD = 65_536

/**
 * Bounds the bytes that all connections together have in flight. Connections stop reading below the maximum, by what
 * each may have read ahead (but not below half of it), and resume once a quarter of the limit is free.
 */
export class InFlightBudget {
  readonly #maxBytes: number
  readonly #connections: () => number
  readonly #waiting = new Set<() => void>()
  #used = 0

  constructor (maxBytes: number, connections: () => number) {
    this.#maxBytes = maxBytes
    this.#connections = connections
  }

  get used (): number { return this.#used }

  get full (): boolean { return this.#used >= this.#limit }

  get #limit (): number { return Math.max(this.#maxBytes / 2, this.#maxBytes - this.#connections() * READ_AHEAD) }

  take (bytes: number): void { this.#used += bytes + MESSAGE_OVERHEAD }

  release (bytes: number): void {
    this.#used -= bytes + MESSAGE_OVERHEAD
    if (this.#waiting.size === 0 || this.#used > this.#limit * RESUME_AT) return
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of all) resume()
  }

  /** Calls `resume` once there is room again. */
  wait (resume: () => void): void { this.#waiting.add(resume) }

  cancelWait (resume: () => void): void { this.#waiting.delete(resume) }
}
