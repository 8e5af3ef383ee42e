import { ProblemError } from '@motience/kit'

/** Runs tasks a few at a time; see `createLimiter`. */
export interface ConcurrencyLimiter {
  /** Resolves or rejects as the task does; rejects with MOT_UNAVAILABLE where too many wait already. */
  run<T> (task: () => Promise<T>): Promise<T>
  /** Tasks that run now. */
  readonly running: number
  /** Tasks that wait for their turn. */
  readonly waiting: number
}

/**
 * At most `concurrency` tasks at once, and at most `maxWaiting` that wait, in order. Past it a task is refused with
 * 503 and `Retry-After: 1`, so that the work in front of it stays short.
 */
export const createConcurrencyLimiter = (concurrency: number, maxWaiting: number): ConcurrencyLimiter => {
  const queue: (() => void)[] = []
  let running = 0

  const leave = () => {
    const next = queue.shift()
    if (next) next()
    else running--
  }

  return {
    async run (task) {
      if (running < concurrency) {
        running++
      } else {
        if (queue.length >= maxWaiting) {
          throw new ProblemError('MOT_UNAVAILABLE', 'Too many calls wait for this already', { retryAfterSecs: 1 })
        }
        await new Promise<void>(resolve => queue.push(resolve))
      }
      try {
        return await task()
      } finally {
        leave()
      }
    },
    get running () { return running },
    get waiting () { return queue.length }
  }
}
