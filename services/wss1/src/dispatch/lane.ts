import { FifoQueue } from './fifo-queue.js'
import type { Answer, PendingMessage } from './pending-message.js'
import { TextBuffer } from './text-buffer.js'

/** The first messages of a lane, as they go into a call. */
export interface Taken { count: number, bytes: Buffer }

/**
 * One producer's messages, in order, whichever connections they came from. The first `inFlight` of them are being
 * sent; they stay until they are answered, so that a call that failed is simply made again.
 */
export class Lane {
  readonly producerId: number
  /** Messages of the call that is under way; 0 if there is none. */
  inFlight = 0
  /** Whether it stands in line for a call, or waits for its time to repeat one. */
  waiting = false
  /** Most messages of the next call; less than all while a message that spoils its call is looked for. */
  most = Infinity
  /** Calls in a row after which something had to be repeated. */
  failures = 0
  readonly #texts = new TextBuffer()
  readonly #pendings = new FifoQueue<PendingMessage>()

  constructor (producerId: number) { this.producerId = producerId }

  get size (): number { return this.#pendings.size }

  /** Appends a message; returns how many bytes it takes. */
  add (text: string, message: Omit<PendingMessage, 'bytes'>): number {
    const bytes = this.#texts.push(text)
    this.#pendings.push({ owner: message.owner, index: message.index, id: message.id, seq: message.seq, bytes })
    return bytes
  }

  /** The first messages, at most `count` and `bytes` of them but at least one, copied. They count as in flight. */
  take (count: number, bytes: number): Taken {
    const most = Math.min(count, this.most, this.size)
    let taken = 0
    let end = 0
    while (taken < most) {
      const next = end + this.#pendings.at(taken)!.bytes
      if (taken > 0 && next > bytes) break
      end = next
      taken++
    }
    this.inFlight = taken
    return { count: taken, bytes: Buffer.from(this.#texts.view(0, end)) }
  }

  /** Bytes of the first message; 0 if there is none. */
  get firstBytes (): number { return this.#pendings.at(0)?.bytes ?? 0 }

  /** Answers the first messages and forgets them. */
  settle (answers: readonly Answer[], settled: (pending: PendingMessage) => void): void {
    let bytes = 0
    for (const answer of answers) {
      const pending = this.#pendings.shift()!
      bytes += pending.bytes
      settled(pending)
      pending.owner.settle(pending, answer)
    }
    this.#texts.drop(bytes)
  }

  /** Forgets, without an answer, the messages that nobody waits for. Not while a call is under way. */
  dropOrphans (dropped: (pending: PendingMessage) => void): void {
    const pendings = [...this.#pendings]
    if (pendings.every(({ owner }) => owner.alive)) return
    const all = this.#texts.size
    let from = 0
    for (const pending of pendings) {
      this.#pendings.shift()
      if (pending.owner.alive) {
        this.#pendings.push(pending)
        this.#texts.pushBytes(Buffer.from(this.#texts.view(from, from + pending.bytes)))
      } else {
        dropped(pending)
      }
      from += pending.bytes
    }
    this.#texts.drop(all)
  }
}
