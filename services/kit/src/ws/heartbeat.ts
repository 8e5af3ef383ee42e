/** Unanswered pings after which a peer counts as gone when the next one is due. */
const MAX_UNANSWERED = 2

/** When to ping one peer, and whether it still answers. Times are of the monotonic clock, in milliseconds. */
export class Heartbeat {
  readonly #intervalMs: number
  #dueAt: number
  #unanswered = 0

  constructor (intervalMs: number, now: number) {
    this.#intervalMs = intervalMs
    this.#dueAt = now + intervalMs
  }

  /** Whatever the peer sends shows that it is there. */
  received (): void { this.#unanswered = 0 }

  /** Starts over, after a time in which nothing could be received. */
  restart (now: number): void {
    this.#unanswered = 0
    this.#dueAt = now + this.#intervalMs
  }

  /** What to do now: send a ping, which is counted, give the peer up, or nothing. */
  next (now: number): 'ping' | 'give-up' | null {
    if (now < this.#dueAt) return null
    if (this.#unanswered >= MAX_UNANSWERED) return 'give-up'
    this.#unanswered++
    this.#dueAt = now + this.#intervalMs
    return 'ping'
  }
}
