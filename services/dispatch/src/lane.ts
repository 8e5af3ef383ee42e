import type { Backoff } from '@motience/kit'
import type { DsmAnswer } from './dsm-answer.js'
import { FifoQueue } from './fifo-queue.js'
import type { PendingMessage } from './pending-message.js'
import { TextBuffer } from './text-buffer.js'

/** The first messages of a lane, as they go into a call. */
export interface TakenMessages { count: number, bytes: Buffer }

/**
 * One producer's messages, in order, across all of its connections. The first `inFlight` of them are being sent; they
 * stay in the lane until they are answered, so that a failed call can be repeated.
 */
export class Lane {
  readonly producerId: number
  /** Messages in the current call; 0 if there is none. */
  inFlight = 0
  /** Whether the lane is queued for a call, or waits for the delay before a retry. */
  waiting = false
  /** Maximum number of messages in the next call; finite while the message that makes DSM refuse a call is isolated. */
  maxMessages = Infinity
  /** Delays of retries; null unless the last call has to be repeated. */
  backoff: Backoff | null = null
  readonly #texts = new TextBuffer()
  readonly #pending = new FifoQueue<PendingMessage>()

  constructor (producerId: number) { this.producerId = producerId }

  get size (): number { return this.#pending.size }

  /** Appends a message; returns its size in bytes. */
  add (text: string, message: Omit<PendingMessage, 'bytes'>): number {
    const bytes = this.#texts.push(text)
    this.#pending.push({ receiver: message.receiver, index: message.index, id: message.id, seq: message.seq, bytes })
    return bytes
  }

  /**
   * Copies the first messages, at most `count` of them and at most `bytes`, but at least one; they are now in flight.
   */
  take (count: number, bytes: number): TakenMessages {
    const limit = Math.min(count, this.maxMessages, this.size)
    let taken = 0
    let end = 0
    while (taken < limit) {
      const next = end + this.#pending.at(taken)!.bytes
      if (taken > 0 && next > bytes) break
      end = next
      taken++
    }
    this.inFlight = taken
    return { count: taken, bytes: Buffer.from(this.#texts.view(0, end)) }
  }

  /** Size of the first message in bytes; 0 if there is none. */
  get firstBytes (): number { return this.#pending.at(0)?.bytes ?? 0 }

  /** Removes the first messages and delivers their answers. */
  settle (answers: readonly DsmAnswer[], onSettled: (pending: PendingMessage) => void): void {
    let bytes = 0
    for (const answer of answers) {
      const pending = this.#pending.shift()!
      bytes += pending.bytes
      onSettled(pending)
      pending.receiver.settle(pending, answer)
    }
    this.#texts.drop(bytes)
  }

  /** Drops the messages of closed connections. Must not be called while a call is in flight. */
  dropOrphans (onDropped: (pending: PendingMessage) => void): void {
    const all = [...this.#pending]
    if (all.every(({ receiver }) => receiver.alive)) return
    const size = this.#texts.size
    let from = 0
    for (const pending of all) {
      this.#pending.shift()
      if (pending.receiver.alive) {
        this.#pending.push(pending)
        this.#texts.pushBytes(Buffer.from(this.#texts.view(from, from + pending.bytes)))
      } else {
        onDropped(pending)
      }
      from += pending.bytes
    }
    this.#texts.drop(size)
  }
}
