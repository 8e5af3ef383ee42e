import type { Envelope, HistoryPage } from '@motience/schemas'
import { listItems, payloadOf } from '@motience/schemas/protocol'

/** Texts of the envelopes that are in use, as they came. */
const texts = new WeakMap<Envelope, string>()

/** Keeps the text that an envelope was parsed from, for as long as the envelope itself. */
export const setEnvelopeText = (envelope: Envelope, text: string): void => { texts.set(envelope, text) }

/** Parses a page of history, and keeps its envelopes' texts. */
export const parsePage = (text: string): HistoryPage => {
  const page = JSON.parse(text) as HistoryPage
  const items = listItems(text, 'items')
  for (const [n, envelope] of page.items.entries()) setEnvelopeText(envelope, items[n]!)
  return page
}

/**
 * The text of an envelope that a consumer handed out, byte for byte as the platform sent it. Of one that was made or
 * copied it is what `JSON.stringify` makes of it.
 */
export const envelopeText = (envelope: Envelope): string => texts.get(envelope) ?? JSON.stringify(envelope)

/**
 * The text of its payload, byte for byte as its sender wrote it: with every digit of a number that a double does not
 * hold, and good for a signature to be verified.
 */
export const payloadText = (envelope: Envelope): string => payloadOf(envelopeText(envelope))!.text
