import { createBackoff } from '@motience/kit'
import { retryDelays } from './retry-delays.js'

/**
 * Pauses calls to DSM after one fails, longer with each failure in a row. Unlike a breaker that wraps each call, it
 * says when calls are allowed again, which is when the dispatcher sends what has gathered.
 */
export class CircuitBreaker {
  readonly #onAllowed: () => void
  readonly #backoff = createBackoff(retryDelays)
  #timer: NodeJS.Timeout | null = null
  #closed = false

  /** `onAllowed` runs whenever a pause ends. */
  constructor (onAllowed: () => void) { this.#onAllowed = onAllowed }

  /** Whether the most recent call failed. */
  get failing (): boolean { return this.#backoff.failures > 0 }

  get allowsCalls (): boolean { return this.#timer === null && !this.#closed }

  /** Pauses calls, for at least `retryAfterMs`. Concurrent calls that fail together count as one failure. */
  recordFailure (retryAfterMs = 0): void {
    if (!this.allowsCalls) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#onAllowed()
    }, Math.max(retryAfterMs * (1 + Math.random() / 4), this.#backoff.next()))
  }

  recordSuccess (): void { this.#backoff.reset() }

  /** Stops calls for good. */
  close (): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
