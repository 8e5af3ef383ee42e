import type { AuthenticatedFrame, BatchAckFrame, AckFrame, ErrorFrame, ProducerWelcomeFrame } from '@motience/schemas'
import { sessionOf, type Reading } from '../buffer/record.js'
import { formatDeviceTime } from '../time/device-time.js'
import { clockOffsetMs } from '../time/server-clock.js'

/** A frame from WSS1. */
export type ServerFrame = ProducerWelcomeFrame | AckFrame | BatchAckFrame | ErrorFrame | AuthenticatedFrame

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 1

/**
 * Parses a frame of WSS1. Null if it is invalid or of an unknown type, which a newer platform may send. Checks only the
 * fields that the producer depends on.
 */
export const readServerFrame = (text: string): ServerFrame | null => {
  let frame: Partial<ServerFrame> | null
  try {
    frame = JSON.parse(text) as Partial<ServerFrame> | null
  } catch {
    return null
  }
  if (typeof frame !== 'object' || frame === null) return null
  switch (frame.type) {
    case 'welcome':
      return isCount(frame.max_in_flight) && isCount(frame.max_payload) && isCount(frame.heartbeat_ms)
        ? (frame as ProducerWelcomeFrame)
        : null
    case 'ack':
      if ('acks' in frame && !Array.isArray(frame.acks)) return null
      return frame as AckFrame | BatchAckFrame
    case 'error':
      return typeof frame.code === 'string' ? frame as ErrorFrame : null
    case 'authenticated':
      return frame as AuthenticatedFrame
    default:
      return null
  }
}

/** A reading being sent. */
export interface Entry {
  readonly reading: Reading
  /** Size of its payload, in bytes. */
  readonly bytes: number
  /** Acked or rejected: it is not sent again. */
  done: boolean
  /**
   * The platform accepted a later number of the session, but not this one. The reading is then sent in a device session
   * of its own, whose name is derived from the reading, so that it is the same after a restart.
   */
  passed: boolean
}

export const createEntry = (reading: Reading): Entry => ({
  reading,
  bytes: Buffer.byteLength(reading.payload),
  done: false,
  passed: false
})

/** Device session in which an entry is sent. */
export const entrySession = ({ reading, passed }: Entry): string =>
  passed ? `${sessionOf(reading)}-${reading.n}` : sessionOf(reading)

/** Maximum size of a message without its payload, in bytes. */
export const MESSAGE_OVERHEAD = 512

/** The fields of a message as JSON text, without the outer braces. The payload is not parsed again. */
const messageFields = (entry: Entry, anchor: number | null): string => {
  const { reading } = entry
  // A buffer of an earlier version may hold times that no timestamp can express; the platform then uses its own time.
  const timestamp = formatDeviceTime(reading.time)
  const offset =
    anchor === null || timestamp === null ? '' : `,"clock_offset_ms":${clockOffsetMs(anchor, reading)}`
  const device = reading.deviceId === undefined ? '' : `"device_id":${JSON.stringify(reading.deviceId)},`
  const id = reading.id === undefined ? '' : `"id":${JSON.stringify(reading.id)},`
  const time = timestamp === null ? '' : `,"timestamp":"${timestamp}"`
  return `${device}${id}"session":"${entrySession(entry)}","seq":${reading.n}${time}${offset},` +
    `"payload":${reading.payload}`
}

/** A `data` frame for one entry, a `batch` frame for more. */
export const encodeFrame = (entries: readonly Entry[], anchorOf: (boot: string) => number | null): string => {
  const messages = entries.map(entry => messageFields(entry, anchorOf(entry.reading.boot)))
  return messages.length === 1
    ? `{"type":"data",${messages[0]}}`
    : `{"type":"batch","messages":[{${messages.join('},{')}}]}`
}
