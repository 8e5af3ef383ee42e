import { backoffMs } from './backoff.js'

/** Lets calls to DSM through; after one that failed it is shut for a while, longer each time. */
export class CircuitBreaker {
  readonly #opened: () => void
  #failures = 0
  #timer: NodeJS.Timeout | null = null
  #closed = false

  /** `opened` is called each time that the gate opens again. */
  constructor (opened: () => void) { this.#opened = opened }

  /** Whether the last call failed. */
  get failing (): boolean { return this.#failures > 0 }

  get open (): boolean { return this.#timer === null && !this.#closed }

  /** Shuts it, for `retryAfterMs` at least. Calls that were under way together and fail together count once. */
  fail (retryAfterMs = 0): void {
    if (!this.open) return
    this.#failures++
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#opened()
    }, Math.max(retryAfterMs * (1 + Math.random() / 4), backoffMs(this.#failures)))
  }

  succeed (): void { this.#failures = 0 }

  /** Shuts it for good. */
  close (): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
