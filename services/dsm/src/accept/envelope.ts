import type { LogEntry } from '@motience/broker'
import { comparePositions, readInstant, type DataBody, type Envelope, type Instant } from '@motience/schemas'
import { type StoredMessage } from '../storage/stored-message.js'

/** A checked message that only lacks its position. Fits the broker's `AcceptMessage`. */
export interface Draft {
  head: string
  tail: string
  device: string
  session: string | null
  seq: number | null
  deviceId: string | null
  receivedAt: number
  at: number
  atNs: number
}

/** Maximum milliseconds before or after 1970 that a JavaScript date can hold. */
const MAX_INSTANT = 8.64e15

let lastIsoTime = { ms: 0, text: new Date(0).toISOString() }

/** RFC 3339 text of an instant. The last one is cached, since many messages arrive in the same millisecond. */
export const isoTime = (ms: number): string => {
  if (lastIsoTime.ms !== ms) lastIsoTime = { ms, text: new Date(ms).toISOString() }
  return lastIsoTime.text
}

/** The device's time on the platform's clock, clamped to what a JavaScript date can hold. */
const correctedTime = (
  { ms, ns }: Pick<Instant, 'ms' | 'ns'>,
  clockOffsetMs: number | undefined
): Pick<StoredMessage, 'at' | 'atNs'> => {
  const at = ms + (clockOffsetMs ?? 0)
  return Math.abs(at) < MAX_INSTANT ? { at, atNs: ns } : { at: Math.sign(at) * MAX_INSTANT, atNs: 0 }
}

/** Text of an envelope up to and including `"epoch":`. A device id needs no escaping: see `DeviceIdSchema`. */
export const envelopeHead = (producerId: number, deviceId: string | null): string =>
  `{"type":"data","producer_id":${producerId},"device_id":${deviceId === null ? 'null' : `"${deviceId}"`},"epoch":`

/**
 * Writes the text of a checked message's envelope, once: it is logged, published, stored and read again unchanged.
 * `payload` is its JSON text as it was sent, `timestamp` the device's time, `receivedAt` by default.
 */
export const draftMessage = (
  body: DataBody,
  deviceId: string | null,
  payload: string,
  timestamp: Instant | null,
  receivedAt: number
): Draft => {
  const session = body.session === undefined || body.seq === undefined ? null : body.session
  const clockOffset = body.clock_offset_ms
  return {
    head: envelopeHead(body.producer_id, deviceId),
    tail: `,"id":${body.id === undefined ? 'null' : JSON.stringify(body.id)}` +
      `,"session":${body.session === undefined ? 'null' : JSON.stringify(body.session)},"seq":${body.seq ?? 'null'}` +
      `,"timestamp":"${timestamp === null ? isoTime(receivedAt) : timestamp.text}"` +
      `${clockOffset === undefined ? '' : `,"clock_offset_ms":${clockOffset}`}` +
      `,"received_at":"${isoTime(receivedAt)}","payload":${payload}}`,
    device: deviceId ?? '',
    session,
    seq: session === null ? null : body.seq!,
    deviceId,
    receivedAt,
    ...correctedTime(timestamp ?? { ms: receivedAt, ns: 0 }, clockOffset)
  }
}

/** The envelope's text of a stored message: byte for byte as it was published. */
export const envelopeText = (
  message: Pick<StoredMessage, 'producerId' | 'deviceId' | 'epoch' | 'offset' | 'tail'>
): string =>
  `${envelopeHead(message.producerId, message.deviceId)}${message.epoch},"offset":${message.offset}${message.tail}`

const PAYLOAD = ',"payload":'

/**
 * Splits the text of an envelope, or its tail, at the payload, which comes last: the fields before it, without the
 * comma, and the payload's text. No earlier field can contain the separator: its quotes would be escaped in a string.
 */
export const splitEnvelope = (text: string): { fields: string, payload: string } => {
  const at = text.indexOf(PAYLOAD)
  return { fields: text.slice(0, at), payload: text.slice(at + PAYLOAD.length, -1) }
}

/** The stored message of an entry of the broker's log: the same as if it had been stored when accepted. */
export const storedFromLog = (producerId: number, entry: LogEntry): StoredMessage => {
  const envelope = JSON.parse(`${splitEnvelope(entry.text).fields}}`) as Omit<Envelope, 'payload'>
  const timestamp = readInstant(envelope.timestamp)
  const head = `${envelopeHead(producerId, envelope.device_id)}${entry.epoch},"offset":${entry.offset}`
  if (timestamp === null || comparePositions(envelope, entry) !== 0 || !entry.text.startsWith(head)) {
    throw new Error(`The log's entry ${entry.epoch}-${entry.offset} is not the envelope of its position`)
  }
  const hasSession = envelope.session !== null && envelope.seq !== null
  return {
    producerId,
    epoch: entry.epoch,
    offset: entry.offset,
    version: entry.version,
    receivedAt: Date.parse(envelope.received_at),
    ...correctedTime(timestamp, envelope.clock_offset_ms),
    deviceId: envelope.device_id,
    session: hasSession ? envelope.session : null,
    seq: hasSession ? envelope.seq : null,
    tail: entry.text.slice(head.length)
  }
}
