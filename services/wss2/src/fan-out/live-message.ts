import { textFrame } from '@motience/kit'
import { readEnvelopeHead } from '@motience/schemas'

/** A message on its way to consumers: its head, and its WebSocket frame, which all recipients share. */
export interface LiveMessage {
  producerId: number
  deviceId: string | null
  epoch: number
  offset: number
  frame: Buffer
}

/** Parses an envelope's text; null if the text is not an envelope. */
export const toMessage = (text: string): LiveMessage | null => {
  const head = readEnvelopeHead(text)
  if (head === null) return null
  return {
    producerId: head.producer_id,
    deviceId: head.device_id,
    epoch: head.epoch,
    offset: head.offset,
    frame: textFrame(text)
  }
}

/**
 * Parses texts that arrive once per consumer, one after the other: the same text is parsed and stored once, however
 * many consumers receive it.
 */
export const createMessageReader = (): ((text: string) => LiveMessage | null) => {
  let lastText = ''
  let last: LiveMessage | null = null
  return text => {
    if (text !== lastText) {
      last = toMessage(text)
      lastText = text
    }
    return last
  }
}
