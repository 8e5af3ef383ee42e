import type { Accepted, Problem } from '@motience/schemas'

/** What DSM answered to one message. */
export type Answer = Accepted | { error: Problem }

/** A message that waits for its answer. */
export interface PendingMessage {
  readonly owner: AnswerReceiver
  /** Position in its batch frame; 0 for a `data` frame. */
  readonly index: number
  readonly id: string | undefined
  readonly seq: number | undefined
  /** Bytes of its text on the way to DSM. */
  readonly bytes: number
}

/** Whoever wants the answer. */
export interface AnswerReceiver {
  /** False once its connection has ended: nobody waits for the answer any more. */
  readonly alive: boolean
  settle (pending: PendingMessage, answer: Answer): void
}
