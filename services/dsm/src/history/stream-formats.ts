import { envelopeText, splitEnvelope } from '../accept/envelope.js'
import type { HistoryRow } from './read-chunks.js'

/** How messages are written to a stream. */
export interface StreamFormat {
  contentType: string
  /** Text before the first message. */
  head: string
  /** One message, with its terminator. */
  write: (row: HistoryRow) => string
}

/**
 * One envelope per line: https://github.com/ndjson/ndjson-spec. A line break between the tokens of a payload becomes a
 * space (within a string it is escaped). Everything else stays as it was sent.
 */
const ndjson: StreamFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  write: row => `${envelopeText(row).replace(/[\r\n]/g, ' ')}\n`
}

/** A field of RFC 4180: quoted, with quotes doubled, if it contains a comma, a quote or a line break. */
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

/** RFC 4180 with a header. The columns are fixed; the last one is the payload's JSON text as it was sent. */
const csv: StreamFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: `${columns.join(',')}\r\n`,
  write ({ producerId, deviceId, epoch, offset, tail }) {
    const envelope = splitEnvelope(tail)
    const fields = JSON.parse(`{${envelope.fields.slice(1)}}`) as Record<string, string | number | null>
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
      envelope.payload
    ]
    return `${values.map(csvField).join(',')}\r\n`
  }
}

/** Stream formats by media type; null for pages of JSON. */
const formats = new Map<string, StreamFormat | null>([
  ['application/x-ndjson', ndjson],
  ['text/csv', csv],
  ['application/json', null],
  ['application/*', null],
  ['*/*', null]
])

/**
 * Chooses the format by `Accept` (RFC 9110): the known type with the greatest weight, the first of equals; JSON pages
 * (null) if none is known.
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
