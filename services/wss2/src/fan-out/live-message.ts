import { textFrame } from '@motience/kit'
import { readEnvelopeHead } from '@motience/schemas'

/** One message on its way to consumers: its head, and its frame as it goes on the wire, shared by all who get it. */
export interface LiveMessage {
  producerId: number
  deviceId: string | null
  epoch: number
  offset: number
  frame: Buffer
}

/** Makes a message of an envelope's text; null where the text is no envelope. */
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
 * Makes messages of texts that come once for each consumer, one after the other: the same text is looked at once and
 * kept once, however many consumers get it.
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
