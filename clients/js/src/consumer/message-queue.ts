import type { Envelope } from '@motience/schemas'

export interface MessageQueueOptions {
  /** Messages at which `onFull` is called; `onDrained` follows at half of it. */
  max: number
  onFull: () => void
  onDrained: () => void
  /** Called when the application has processed a message, which is when it requests the next one. */
  onDone: (envelope: Envelope) => void
}

/** Messages between the connection and one `for await` loop. */
export class MessageQueue implements AsyncIterableIterator<Envelope> {
  #envelopes: Envelope[] = []
  #waiting: { resolve (result: IteratorResult<Envelope>): void, reject (error: Error): void } | null = null
  #given: Envelope | null = null
  #full = false
  readonly #drainWaiters = new Set<() => void>()
  #ended = false
  /** Thrown into the loop after the last message. */
  #failure: Error | null = null

  constructor (private readonly options: MessageQueueOptions) {}

  get size (): number { return this.#envelopes.length }
  get full (): boolean { return this.#full }

  push (envelope: Envelope): void {
    if (this.#ended) return
    if (this.#waiting !== null) {
      const { resolve } = this.#waiting
      this.#waiting = null
      this.#given = envelope
      resolve({ value: envelope, done: false })
      return
    }
    this.#envelopes.push(envelope)
    if (!this.#full && this.#envelopes.length >= this.options.max) {
      this.#full = true
      this.options.onFull()
    }
  }

  async next (): Promise<IteratorResult<Envelope>> {
    if (this.#given !== null) {
      this.options.onDone(this.#given)
      this.#given = null
    }
    const envelope = this.#envelopes.shift()
    if (envelope !== undefined) {
      this.#given = envelope
      if (this.#full && this.#envelopes.length <= this.options.max / 2) {
        this.#full = false
        for (const done of this.#drainWaiters) done()
        this.options.onDrained()
      }
      return { value: envelope, done: false }
    }
    if (this.#failure !== null) {
      const failure = this.#failure
      this.#failure = null
      throw failure
    }
    if (this.#ended) return { value: undefined, done: true }
    return await new Promise((resolve, reject) => { this.#waiting = { resolve, reject } })
  }

  /** Resolves once the queue has room, or `signal` aborts. */
  async drained (signal: AbortSignal): Promise<void> {
    while (this.#full && !signal.aborted) {
      await new Promise<void>(resolve => {
        const done = (): void => {
          signal.removeEventListener('abort', done)
          this.#drainWaiters.delete(done)
          resolve()
        }
        this.#drainWaiters.add(done)
        signal.addEventListener('abort', done)
      })
    }
  }

  /** Remaining messages are still delivered; then the loop ends, or throws `failure`. */
  end (failure: Error | null = null): void {
    if (this.#ended) return
    this.#ended = true
    const waiting = this.#waiting
    this.#waiting = null
    if (failure === null) waiting?.resolve({ value: undefined, done: true })
    else if (waiting === null) this.#failure = failure
    else waiting.reject(failure)
  }

  /** The loop was left: the remaining messages do not count as processed. */
  async return (): Promise<IteratorResult<Envelope>> {
    this.#given = null
    this.#envelopes = []
    this.#failure = null
    this.end()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator] (): this { return this }
}
