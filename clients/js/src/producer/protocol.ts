import type { AuthenticatedFrame, BatchAckFrame, AckFrame, ErrorFrame, ProducerWelcomeFrame } from '@motience/schemas'
import { sessionOf, type Reading } from '../buffer/record.js'
import { clockOffsetMs } from '../time/server-clock.js'

/** What WSS1 sends. */
export type ServerFrame = ProducerWelcomeFrame | AckFrame | BatchAckFrame | ErrorFrame | AuthenticatedFrame

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 1

/**
 * Reads a frame of WSS1. Null for one that is no such frame or of a kind that is not known: a newer platform may send
 * more. Only what the agent's work depends on is checked.
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

/** A reading on its way. */
export interface Entry {
  readonly reading: Reading
  /** Bytes of its payload. */
  readonly bytes: number
  /** Acked or given up: it is not sent again. */
  done: boolean
  /**
   * The platform said that the reading's number was passed in its session and that it does not have it (a later one was
   * accepted while this one was not). It is then sent in a session of its own, whose name follows from the reading, so
   * that a restart in between repeats the same.
   */
  passed: boolean
}

export const createEntry = (reading: Reading): Entry => ({
  reading,
  bytes: Buffer.byteLength(reading.payload),
  done: false,
  passed: false
})

/** Session in which an entry is sent. */
export const entrySession = ({ reading, passed }: Entry): string =>
  passed ? `${sessionOf(reading)}-${reading.n}` : sessionOf(reading)

/** Bytes of a message around its payload, at most. */
export const MESSAGE_OVERHEAD = 512

/** The fields of a message as JSON text, without the outer braces. The payload is not parsed again. */
const messageFields = (entry: Entry, anchor: number | null): string => {
  const { reading } = entry
  const offset = anchor === null ? '' : `,"clock_offset_ms":${clockOffsetMs(anchor, reading)}`
  const device = reading.deviceId === undefined ? '' : `"device_id":${JSON.stringify(reading.deviceId)},`
  const id = reading.id === undefined ? '' : `"id":${JSON.stringify(reading.id)},`
  const time = new Date(reading.time).toISOString()
  return `${device}${id}"session":"${entrySession(entry)}","seq":${reading.n},"timestamp":"${time}"${offset},` +
    `"payload":${reading.payload}`
}

/** A `data` frame for one entry, a `batch` frame for more. */
export const encodeFrame = (entries: readonly Entry[], anchorOf: (boot: string) => number | null): string => {
  const messages = entries.map(entry => messageFields(entry, anchorOf(entry.reading.boot)))
  return messages.length === 1
    ? `{"type":"data",${messages[0]}}`
    : `{"type":"batch","messages":[{${messages.join('},{')}}]}`
}
