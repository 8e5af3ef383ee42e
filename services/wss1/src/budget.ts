/** Bytes that a message is reckoned to cost besides its text. */
export const MESSAGE_OVERHEAD = 160

/** Part of the budget below which those who wait may go on. */
const RESUME_AT = 0.75

/** The bytes that all connections together may have in flight. Past it they stop reading, until a quarter of it is free. */
export class Budget {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #used = 0

  constructor (bytes: number) { this.#most = bytes }

  get used (): number { return this.#used }

  get full (): boolean { return this.#used >= this.#most }

  take (bytes: number): void { this.#used += bytes + MESSAGE_OVERHEAD }

  release (bytes: number): void {
    this.#used -= bytes + MESSAGE_OVERHEAD
    if (this.#waiting.size === 0 || this.#used > this.#most * RESUME_AT) return
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of all) resume()
  }

  /** Calls `resume` once there is room again. */
  wait (resume: () => void): void { this.#waiting.add(resume) }

  forget (resume: () => void): void { this.#waiting.delete(resume) }
}
