import { ExponentialBackoff, halfJitterGenerator, type IBackoff } from 'cockatiel'

/** The range of the delays between attempts. */
export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds; it doubles with each failure. */
  minMs: number
  /** Upper bound of any delay, in milliseconds. */
  maxMs: number
}

/** The delays between attempts at an operation that fails. */
export interface Backoff {
  /** Delay before the next attempt in milliseconds, after one more failure. */
  next (): number
  /** To be called after a success. */
  reset (): void
  /** Failures since the last reset. */
  readonly failures: number
}

/**
 * Exponential back-off with jitter: a random delay between half of the bound and the bound, so that callers that failed
 * together do not retry together.
 */
export const createBackoff = ({ minMs, maxMs }: BackoffOptions): Backoff => {
  const delays = new ExponentialBackoff({ initialDelay: minMs, maxDelay: maxMs, generator: halfJitterGenerator })
  let current: IBackoff<unknown> | null = null
  let failures = 0
  return {
    next: () => {
      failures++
      current = current === null ? delays.next() : current.next(undefined)
      return current.duration
    },
    reset: () => {
      failures = 0
      current = null
    },
    get failures () { return failures }
  }
}
