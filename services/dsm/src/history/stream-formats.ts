import { envelopeText, partEnvelope } from '../accept/envelope.js'
import type { HistoryRow } from './read-chunks.js'

/** How a stream of messages is written. */
export interface StreamFormat {
  contentType: string
  /** What comes before the first message. */
  head: string
  /** One message, with what ends it. */
  write: (row: HistoryRow) => string
}

/**
 * One envelope a line: https://github.com/ndjson/ndjson-spec. A payload may have been sent with line breaks between its
 * tokens (within a string they are escaped): each becomes a space. All else stays as it was sent.
 */
const ndjson: StreamFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  write: row => `${envelopeText(row).replace(/[\r\n]/g, ' ')}\n`
}

/** A field of RFC 4180: in quotes, each doubled inside, where it has a comma, a quote or a line's end. */
export const csvField = (value: string | number | null | undefined): string => {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const columns = [
  'producer_id',
  'device_id',
  'epoch',
  'offset',
  'id',
  'session',
  'seq',
  'timestamp',
  'clock_offset_ms',
  'received_at',
  'payload'
] as const

/**
 * The same columns whatever the payloads hold; the payload's JSON text as it was sent is the last (RFC 4180, with a
 * header).
 */
const csv: StreamFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: `${columns.join(',')}\r\n`,
  write ({ producerId, deviceId, epoch, offset, tail }) {
    const parts = partEnvelope(tail)
    const fields = JSON.parse(`{${parts.fields.slice(1)}}`) as Record<string, string | number | null>
    const values = [
      producerId,
      deviceId,
      epoch,
      offset,
      fields['id'],
      fields['session'],
      fields['seq'],
      fields['timestamp'],
      fields['clock_offset_ms'],
      fields['received_at'],
      parts.payload
    ]
    return `${values.map(csvField).join(',')}\r\n`
  }
}

/** Media types by the stream they stand for; null for a page as JSON. */
const formats = new Map<string, StreamFormat | null>([
  ['application/x-ndjson', ndjson],
  ['text/csv', csv],
  ['application/json', null],
  ['application/*', null],
  ['*/*', null]
])

/**
 * Chooses by `Accept` (RFC 9110): the type with the greatest weight, the first of equals; JSON pages (null) where there
 * is none that is known.
 */
export const chooseFormat = (accept: string | undefined): StreamFormat | null => {
  let best: StreamFormat | null = null
  let bestWeight = 0
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.toLowerCase().split(';').map(part => part.trim())
    const format = formats.get(type)
    if (format === undefined) continue
    const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
    if (weight > bestWeight) {
      best = format
      bestWeight = weight
    }
  }
  return best
}
