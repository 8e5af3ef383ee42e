/**
 * A token bucket: `perSecond` messages per second, and as many at once after a quiet second. Times are in milliseconds
 * of any monotonic clock.
 */
export class MessageRate {
  readonly #perSecond: number
  #tokens: number
  #at: number

  constructor (perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#at = now
  }

  /** Takes `count` messages; false if there are fewer left. */
  take (count: number, now: number): boolean {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (now - this.#at) * this.#perSecond / 1000)
    this.#at = now
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }
}
