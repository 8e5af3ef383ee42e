/** How long the waits between attempts are. */
export interface BackoffOptions {
  /** Most milliseconds between two attempts at first; after some seconds it doubles with each failure. Default 1000. */
  minMs?: number
  /** Where the doubling ends. Default 60000. */
  maxMs?: number
  /** Uniform in [0, 1); a test gives its own. */
  random?: () => number
  /** Monotonic milliseconds; a test gives its own. */
  now?: () => number
}

/** The waits between attempts at something that fails. */
export interface Backoff {
  /**
   * Milliseconds until the next attempt, after one more failure. With what the server asked for (`retry_after`), at
   * least that; the jitter comes on top, so that those who were told the same do not come back together.
   */
  next (retryAfterMs?: number): number
  /** After a success that lasted. */
  reset (): void
  /** Failures since the last reset. */
  readonly failures: number
}

/** What is asked for is believed up to this: a wrong header must not silence a device for days. */
export const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * The window stays as it is for so long after the first failure: a service that was killed is there again in that time.
 */
const STEADY_MS = 4000

/**
 * Exponential back-off with full jitter: uniform between 0 and a window, which is `minMs` for four seconds and then
 * doubles with each failure up to `maxMs`. Of all forms it spreads many clients best (M. Brooker, "Exponential Backoff
 * And Jitter", AWS Architecture Blog, 2015); doubled from the start, it would let a restart of two seconds cost some
 * clients eight.
 */
export const createBackoff = ({
  minMs = 1000,
  maxMs = 60_000,
  random = Math.random,
  now = () => performance.now()
}: BackoffOptions = {}): Backoff => {
  let failures = 0
  let doublings = 0
  let failedAt = 0
  return {
    next: (retryAfterMs = 0) => {
      if (failures++ === 0) failedAt = now()
      else if (now() - failedAt >= STEADY_MS) doublings++
      const window = Math.min(maxMs, minMs * 2 ** Math.min(doublings, 52))
      const asked = Number.isFinite(retryAfterMs) ? Math.min(Math.max(retryAfterMs, 0), MAX_RETRY_AFTER_MS) : 0
      return Math.round(asked + random() * window)
    },
    reset: () => { failures = doublings = 0 },
    get failures () { return failures }
  }
}
