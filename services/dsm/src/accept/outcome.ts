import { ProblemError } from '@motience/kit'

/** A message that is accepted and kept, now or by an earlier call. */
export interface Kept {
  epoch: number
  offset: number
  subscriberCount: number
  duplicate: boolean
  /** Milliseconds since 1970 at which it was accepted; null for a repeat. */
  receivedAt: number | null
}

/** What became of one message: kept, or why it was not. */
export type Outcome = Kept | ProblemError

const RETRY_AFTER_SECS = 1

/** The refusal of a message that may be sent again later. */
export const unavailable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', detail, { retryAfterSecs: RETRY_AFTER_SECS, cause })

/**
 * What an error on a message's way becomes. Whatever failed between DSM and its parts, the sender keeps the message
 * and repeats it.
 */
export const refusal = (error: unknown): ProblemError =>
  error instanceof ProblemError && error.code === 'MOT_UNAVAILABLE' && error.retryAfterSecs !== undefined
    ? error
    : unavailable('The message could not be kept now; send it again', error)
