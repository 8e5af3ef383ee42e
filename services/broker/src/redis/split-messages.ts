import type { AcceptMessage } from '../broker.js'

/**
 * Limits of one script call, during which the server serves no other client: messages, bytes of their texts, and
 * publications (about a microsecond each; in a Cluster several, since each is sent to all other servers with a header
 * of 2 KiB).
 */
const MAX_MESSAGES = 1000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_PUBLICATIONS = 5_000

/** Splits messages into parts for one script call each. There is rarely more than one. */
export const splitMessages = (
  messages: readonly AcceptMessage[],
  subscribers: number
): (readonly AcceptMessage[])[] => {
  const maxMessages = Math.max(1, Math.min(MAX_MESSAGES, Math.floor(MAX_PUBLICATIONS / Math.max(1, subscribers))))
  const parts: (readonly AcceptMessage[])[] = []
  let start = 0
  let bytes = 0
  for (let i = 0; i < messages.length; i++) {
    const { head, tail } = messages[i]!
    const length = head.length + tail.length
    if (i > start && (i - start === maxMessages || bytes + length > MAX_BYTES)) {
      parts.push(messages.slice(start, i))
      start = i
      bytes = 0
    }
    bytes += length
  }
  if (start < messages.length) parts.push(start === 0 ? messages : messages.slice(start))
  return parts
}
