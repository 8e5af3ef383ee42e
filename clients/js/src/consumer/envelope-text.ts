import type { Envelope, HistoryPage } from '@motience/schemas'
import { listItems, payloadOf } from '@motience/schemas/protocol'

/** The received texts of envelopes that are in use. */
const texts = new WeakMap<Envelope, string>()

/** Stores the text that an envelope was parsed from, for the lifetime of the envelope. */
export const setEnvelopeText = (envelope: Envelope, text: string): void => { texts.set(envelope, text) }

/** Parses a page of history, and stores the texts of its envelopes. */
export const parsePage = (text: string): HistoryPage => {
  const page = JSON.parse(text) as HistoryPage
  const items = listItems(text, 'items')
  for (const [n, envelope] of page.items.entries()) setEnvelopeText(envelope, items[n]!)
  return page
}

/**
 * The text of an envelope delivered by a consumer, byte for byte as the platform sent it. For a created or copied
 * envelope it is the result of `JSON.stringify`.
 */
export const envelopeText = (envelope: Envelope): string => texts.get(envelope) ?? JSON.stringify(envelope)

/**
 * The text of an envelope's payload, byte for byte as its sender wrote it: numbers keep digits that a double can't
 * hold, and signatures can be verified.
 */
export const payloadText = (envelope: Envelope): string => payloadOf(envelopeText(envelope))!.text
