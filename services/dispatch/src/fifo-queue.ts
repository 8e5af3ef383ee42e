/** A first-in, first-out queue that removes its front in constant time. */
export class FifoQueue<T> {
  #items: T[] = []
  #head = 0

  get size (): number { return this.#items.length - this.#head }

  push (item: T): void { this.#items.push(item) }

  /** The item at `index`, counted from the front. */
  at (index: number): T | undefined { return this.#items[this.#head + index] }

  shift (): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined as T
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head >= 1_024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  * [Symbol.iterator] (): IterableIterator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i]!
  }
}
