/** Bytes that a message is reckoned to cost besides its text. */
export const MESSAGE_OVERHEAD = 160

/** Part of the budget below which those who wait may go on. */
const RESUME_AT = 0.75

/** Bytes that a socket may still give after it was told to stop: what one read of it brought. */
const READ_AHEAD = 65_536

/**
 * The bytes that all connections together may have in flight. Before it they stop reading, early enough for what
 * each may have read ahead (though not before half of it), until a quarter is free.
 */
export class InFlightBudget {
  readonly #most: number
  readonly #connections: () => number
  readonly #waiting = new Set<() => void>()
  #used = 0

  constructor (bytes: number, connections: () => number) {
    this.#most = bytes
    this.#connections = connections
  }

  get used (): number { return this.#used }

  get full (): boolean { return this.#used >= this.#limit }

  get #limit (): number { return Math.max(this.#most / 2, this.#most - this.#connections() * READ_AHEAD) }

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

  forget (resume: () => void): void { this.#waiting.delete(resume) }
}
