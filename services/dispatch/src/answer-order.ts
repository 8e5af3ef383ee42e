import { FifoQueue } from './fifo-queue.js'

/**
 * Keeps what a service answers by itself in its place among the answers of DSM, which arrive in the order of the
 * messages.
 */
export class AnswerOrder {
  #enqueued = 0
  #answered = 0
  readonly #waiting = new FifoQueue<{ after: number, send: () => void }>()

  /** Whether an answer can be sent at once. */
  get idle (): boolean { return this.#enqueued === this.#answered && this.#waiting.size === 0 }

  /** Counts a message that DSM will answer. */
  enqueued (): void { this.#enqueued++ }

  /** Calls `send` once every message that was enqueued before is answered. */
  append (send: () => void): void { this.#waiting.push({ after: this.#enqueued, send }) }

  /** Counts an answer that was sent, and sends those whose turn it is. */
  answered (): void {
    this.#answered++
    for (
      let next = this.#waiting.at(0);
      next !== undefined && next.after <= this.#answered;
      next = this.#waiting.at(0)
    ) {
      this.#waiting.shift()
      next.send()
    }
  }
}
