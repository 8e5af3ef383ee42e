import type { AckFrame, BatchAckEntry, ErrorFrame } from '@motience/schemas'

/** Where the platform stored a reading. */
export interface AckedPosition { epoch: number, offset: number, subscriberCount: number, duplicate: boolean }

/**
 * Outcome of a reading that was sent. `kept`: stored. `retry`: may be sent again after `afterMs`. `passed`: not
 * accepted, because a later number of its session was. `refused`: permanently rejected.
 */
export type Outcome =
  | { kind: 'kept', position: AckedPosition, receivedAt: string | undefined }
  | { kind: 'retry', afterMs: number, code: string, message: string }
  | { kind: 'passed' }
  | { kind: 'refused', code: string, message: string }

type AckFields = Omit<AckFrame, 'type'>

export const outcomeOfAck = (ack: AckFields): Outcome => ({
  kind: 'kept',
  position: {
    epoch: ack.epoch,
    offset: ack.offset,
    subscriberCount: ack.subscriberCount,
    duplicate: ack.duplicate === true
  },
  receivedAt: ack.received_at
})

/** Temporary errors, even without `retry_after_ms`. */
const PASSING = new Set(['MOT_UNAVAILABLE', 'MOT_TIMEOUT', 'MOT_RATE_LIMITED', 'MOT_INTERNAL'])

export const outcomeOfError = (error: Pick<ErrorFrame, 'code' | 'message' | 'retry_after_ms'>): Outcome => {
  if (error.code === 'MOT_DSM_SEQ_PASSED') return { kind: 'passed' }
  if (error.retry_after_ms !== undefined || PASSING.has(error.code)) {
    return { kind: 'retry', afterMs: error.retry_after_ms ?? 0, code: error.code, message: error.message }
  }
  return { kind: 'refused', code: error.code, message: error.message }
}

export const outcomeOfEntry = (entry: BatchAckEntry): Outcome =>
  'error' in entry ? outcomeOfError(entry.error) : outcomeOfAck(entry)

/** Codes about the connection's token rather than a message. */
export const isTokenCode = (code: string): boolean =>
  code === 'MOT_UNAUTHORIZED' || code === 'MOT_TOKEN_EXPIRED' || code === 'MOT_TOKEN_REVOKED'
