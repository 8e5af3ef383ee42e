import type { Envelope } from '@motience/schemas'

export interface MessageQueueOptions {
  /** Messages at which `onFull` is called; `onDrained` follows at half of it. */
  max: number
  onFull: () => void
  onDrained: () => void
  /** The application has finished with this message: it asked for the next one. */
  onDone: (envelope: Envelope) => void
}

/** Messages between the connection and one `for await` loop. */
export class MessageQueue implements AsyncIterableIterator<Envelope> {
  #envelopes: Envelope[] = []
  #waiting: ((result: IteratorResult<Envelope>) => void) | null = null
  #given: Envelope | null = null
  #full = false
  #ended = false

  constructor (private readonly options: MessageQueueOptions) {}

  get size (): number { return this.#envelopes.length }
  get full (): boolean { return this.#full }

  push (envelope: Envelope): void {
    if (this.#ended) return
    if (this.#waiting !== null) {
      const give = this.#waiting
      this.#waiting = null
      this.#given = envelope
      give({ value: envelope, done: false })
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
        this.options.onDrained()
      }
      return { value: envelope, done: false }
    }
    if (this.#ended) return { value: undefined, done: true }
    return new Promise(resolve => { this.#waiting = resolve })
  }

  /** What is in it is still given; then the loop ends. */
  end (): void {
    this.#ended = true
    this.#waiting?.({ value: undefined, done: true })
    this.#waiting = null
  }

  /** The loop was left: what is in it was not seen, and is not counted as finished. */
  async return (): Promise<IteratorResult<Envelope>> {
    this.#given = null
    this.#envelopes = []
    this.end()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator] (): this { return this }
}
