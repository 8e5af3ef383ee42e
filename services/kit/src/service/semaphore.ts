import { ProblemError } from './problem-error.js'

export interface SemaphoreOptions {
  /** Maximum number of tasks that wait, where nothing else bounds them; without a limit by default. */
  maxWaiting?: number
}

/**
 * Runs at most `size` tasks concurrently, the others in the order in which they were submitted. Every connection of a
 * consumer has one, so it is smaller than a `bulkhead` of cockatiel, which also does not preserve the order.
 */
export class Semaphore {
  #running = 0
  readonly #size: number
  readonly #maxWaiting: number
  readonly #queue: (() => void)[] = []

  constructor (size: number, { maxWaiting = Infinity }: SemaphoreOptions = {}) {
    this.#size = size
    this.#maxWaiting = maxWaiting
  }

  get running (): number { return this.#running }

  get waiting (): number { return this.#queue.length }

  /**
   * Resolves or rejects as the task does. With `maxWaiting` tasks in the queue it rejects with MOT_UNAVAILABLE and
   * `Retry-After: 1`, which bounds the time that the last one waits.
   */
  async run<T> (task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#size) {
      this.#running++
    } else {
      if (this.#queue.length >= this.#maxWaiting) {
        throw new ProblemError('MOT_UNAVAILABLE', 'Too many pending requests', { retryAfterSecs: 1 })
      }
      await new Promise<void>(resolve => this.#queue.push(resolve))
    }
    try {
      return await task()
    } finally {
      const next = this.#queue.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
