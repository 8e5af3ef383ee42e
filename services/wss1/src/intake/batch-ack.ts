import { isRefusal, type AnswerReceiver, type DsmAnswer, type PendingMessage } from '@motience/dispatch'
import { batchAckEntry, batchAckFrame } from './ack-frame.js'
import { errorFields } from './error-fields.js'

/** The connection that a batch arrived on. */
export interface BatchConnection {
  readonly alive: boolean
  /** Called for each message that was answered, after its answer was sent or stored. */
  answered (answer: DsmAnswer): void
  /** Sends the ack frame of the batch with the answer of DSM that completed it. */
  sendBatchAck (text: string): void
  /** Sends the ack frame of a batch of which DSM gets nothing, in its place among DSM's answers. */
  sendInOrder (text: string): void
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
  refuse (index: number, error: object): void {
    if (this.#isComplete(index, JSON.stringify({ error }))) this.#connection.sendInOrder(batchAckFrame(this.#entries))
  }

  settle (pending: PendingMessage, answer: DsmAnswer): void {
    if (this.alive) {
      const entry = isRefusal(answer)
        ? JSON.stringify({ error: errorFields(answer.error, pending, `/messages/${pending.index}`) })
        : batchAckEntry(answer, pending)
      if (this.#isComplete(pending.index, entry)) this.#connection.sendBatchAck(batchAckFrame(this.#entries))
    }
    this.#connection.answered(answer)
  }

  /** Stores an entry; true if it was the last one missing. */
  #isComplete (index: number, entry: string): boolean {
    this.#entries[index] = entry
    return --this.#missing === 0
  }
}
