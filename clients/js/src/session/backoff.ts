export interface BackoffOptions {
  /** Initial upper bound of the delay, in milliseconds; after 4 s it doubles with each failure. Default 1000. */
  minMs?: number
  /** Maximum upper bound of the delay, in milliseconds. Default 60000. */
  maxMs?: number
  /** Uniform in [0, 1). For tests. */
  random?: () => number
  /** Monotonic milliseconds. For tests. */
  now?: () => number
}

/** Delays between retries. */
export interface Backoff {
  /**
   * Milliseconds until the next attempt, after a failure. The jitter is added to what the server requested
   * (`retry_after`), so that clients with the same value do not return at the same time.
   */
  next (retryAfterMs?: number): number
  /** Call after a lasting success. */
  reset (): void
  /** Failures since the last reset. */
  readonly failures: number
}

/** Upper limit of what a server may request: a wrong header must not silence a device for days. */
export const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * The window does not grow for this long after the first failure, in which a killed service restarts.
 */
const STEADY_MS = 4000

/**
 * Exponential back-off with full jitter: uniform between 0 and a window, which is `minMs` for four seconds and then
 * doubles with each failure up to `maxMs`. It spreads many clients best (M. Brooker, "Exponential Backoff
 * And Jitter", AWS Architecture Blog, 2015); doubling from the start would turn a restart of two seconds into an
 * outage of eight for some clients.
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
