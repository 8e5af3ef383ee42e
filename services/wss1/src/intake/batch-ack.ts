import { isRefusal, type DsmAnswer } from '../dispatch/dsm-answer.js'
import type { AnswerReceiver, PendingMessage } from '../dispatch/pending-message.js'
import { batchAckEntry, batchAckFrame } from './ack-frame.js'
import { errorFields } from './error-fields.js'

/** The connection that a batch arrived on. */
export interface BatchConnection {
  readonly alive: boolean
  /** Called for each message that was answered. */
  answered (answer: DsmAnswer): void
  /** Sends the ack frame of the batch. */
  sendBatchAck (text: string): void
}

/** Collects the answers to the messages of one `batch` frame, and sends its ack when the last one arrives. */
export class BatchAck implements AnswerReceiver {
  readonly #connection: BatchConnection
  readonly #entries: string[]
  #missing: number

  constructor (connection: BatchConnection, count: number) {
    this.#connection = connection
    this.#entries = new Array<string>(count)
    this.#missing = count
  }

  get alive (): boolean { return this.#connection.alive }

  /** Refuses a message that is not sent to DSM. */
  refuse (index: number, error: object): void { this.#fill(index, JSON.stringify({ error })) }

  settle (pending: PendingMessage, answer: DsmAnswer): void {
    this.#connection.answered(answer)
    if (!this.alive) return
    this.#fill(pending.index, isRefusal(answer)
      ? JSON.stringify({ error: errorFields(answer.error, pending, `/messages/${pending.index}`) })
      : batchAckEntry(answer, pending))
  }

  #fill (index: number, entry: string): void {
    this.#entries[index] = entry
    if (--this.#missing === 0) this.#connection.sendBatchAck(batchAckFrame(this.#entries))
  }
}
