import type { AcceptMessage } from '../broker.js'

/**
 * Bounds of one script call, for while it runs the server serves nobody else: messages, bytes of their text, and
 * publications (about a microsecond each; in a Cluster several, for each goes to every other server with a header of 2
 * KiB).
 */
const MAX_MESSAGES = 1000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_PUBLICATIONS = 5_000

/** Cuts messages into the pieces of which each is one script call. Nearly always there is one. */
export const cutPieces = (messages: readonly AcceptMessage[], subscribers: number): (readonly AcceptMessage[])[] => {
  const most = Math.max(1, Math.min(MAX_MESSAGES, Math.floor(MAX_PUBLICATIONS / Math.max(1, subscribers))))
  const pieces: (readonly AcceptMessage[])[] = []
  let start = 0
  let bytes = 0
  for (let i = 0; i < messages.length; i++) {
    const { head, tail } = messages[i]!
    const length = head.length + tail.length
    if (i > start && (i - start === most || bytes + length > MAX_BYTES)) {
      pieces.push(messages.slice(start, i))
      start = i
      bytes = 0
    }
    bytes += length
  }
  if (start < messages.length) pieces.push(start === 0 ? messages : messages.slice(start))
  return pieces
}
