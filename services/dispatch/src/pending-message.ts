import type { DsmAnswer } from './dsm-answer.js'

/** A message that waits for DSM's answer. */
export interface PendingMessage {
  readonly receiver: AnswerReceiver
  /** Index in its `batch` frame; 0 for a `data` frame. */
  readonly index: number
  readonly id: string | undefined
  readonly seq: number | undefined
  /** Size of its text in the request to DSM, in bytes. */
  readonly bytes: number
}

/** Receives the answers to the messages that it sent. */
export interface AnswerReceiver {
  /** False once its connection has closed, so that answers can no longer be delivered. */
  readonly alive: boolean
  settle (pending: PendingMessage, answer: DsmAnswer): void
}
