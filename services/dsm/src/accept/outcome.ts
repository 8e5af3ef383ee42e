import { ProblemError } from '@motience/kit'

/** A message that is accepted and stored, by this call or an earlier one. */
export interface Acknowledged {
  epoch: number
  offset: number
  subscriberCount: number
  duplicate: boolean
  /** Milliseconds since 1970 at which it was received; null for a repeat. */
  receivedAt: number | null
}

/** The outcome of one message: acknowledged, or the reason for refusing it. */
export type Outcome = Acknowledged | ProblemError

const RETRY_AFTER_SECS = 1

/** Refuses a message that may be sent again later. */
export const unavailable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', detail, { retryAfterSecs: RETRY_AFTER_SECS, cause })

/**
 * The refusal for an error while accepting a message. Whatever failed between DSM and its collaborators, the sender
 * keeps the message and sends it again.
 */
export const refusal = (error: unknown): ProblemError =>
  error instanceof ProblemError && error.code === 'MOT_UNAVAILABLE' && error.retryAfterSecs !== undefined
    ? error
    : unavailable('The message could not be stored, send it again', error)
