import type { PendingMessage } from '@motience/dispatch'
import type { Accepted } from '@motience/schemas'

/** What identifies a message to its producer. */
type MessageIdentifiers = Pick<PendingMessage, 'id' | 'seq'>

/** Acks are the most frequent frames, and their shape is fixed: concatenation is faster than `JSON.stringify`. */
const ackFields = (accepted: Accepted, { id, seq }: MessageIdentifiers): string => {
  let text = `"subscriberCount":${accepted.subscriberCount},"epoch":${accepted.epoch},"offset":${accepted.offset}`
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
  if (seq !== undefined) text += `,"seq":${seq}`
  if (accepted.duplicate) text += ',"duplicate":true'
  if (accepted.received_at !== undefined) text += `,"received_at":${JSON.stringify(accepted.received_at)}`
  return text
}

/** Text of the ack of a `data` frame (`AckFrameSchema`). */
export const ackFrame = (accepted: Accepted, message: MessageIdentifiers): string =>
  `{"type":"ack",${ackFields(accepted, message)}}`

/** Text of one entry of a batch's ack (`BatchAckEntrySchema`). */
export const batchAckEntry = (accepted: Accepted, message: MessageIdentifiers): string =>
  `{${ackFields(accepted, message)}}`

/** Text of the ack of a `batch` frame (`BatchAckFrameSchema`), from the texts of its entries. */
export const batchAckFrame = (entries: readonly string[]): string => `{"type":"ack","acks":[${entries.join(',')}]}`
