import { ackFields, errorFields, isRefusal } from './answer-frames.js'
import type { Answer, AnswerReceiver, PendingMessage } from '../dispatch/pending-message.js'

/** What a batch reply needs of its connection. */
export interface BatchConnection {
  readonly alive: boolean
  /** Told of each message that was answered. */
  answered (pending: PendingMessage, answer: Answer): void
  /** Sends the whole ack. */
  finishBatch (text: string): void
}

/** Gathers the answers to the messages of one `batch` frame; the last one sends its ack. */
export class BatchAck implements AnswerReceiver {
  readonly #connection: BatchConnection
  readonly #acks: string[]
  #missing: number

  constructor (connection: BatchConnection, count: number) {
    this.#connection = connection
    this.#acks = new Array<string>(count)
    this.#missing = count
  }

  get alive (): boolean { return this.#connection.alive }

  /** Answers a message without DSM. */
  refuse (index: number, error: object): void { this.#fill(index, JSON.stringify({ error })) }

  settle (pending: PendingMessage, answer: Answer): void {
    this.#connection.answered(pending, answer)
    if (!this.alive) return
    this.#fill(pending.index, isRefusal(answer)
      ? JSON.stringify({ error: errorFields(answer.error, pending, `/messages/${pending.index}`) })
      : `{${ackFields(answer, pending)}}`)
  }

  #fill (index: number, text: string): void {
    this.#acks[index] = text
    if (--this.#missing === 0) this.#connection.finishBatch(`{"type":"ack","acks":[${this.#acks.join(',')}]}`)
  }
}
