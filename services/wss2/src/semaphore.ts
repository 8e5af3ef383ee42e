/**
 * Runs at most `size` tasks concurrently, the others in the order in which they were submitted. Every connection has
 * one, so it is smaller than a `bulkhead` of cockatiel, which also does not preserve the order.
 */
export class Semaphore {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor (size: number) {
    this.#free = size
  }

  async run<T> (task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
