/** `live` readings are sent as they are taken, `backlog` ones later because that was not possible. */
export type Priority = 'live' | 'backlog'

/** A reading to be stored. */
export interface NewReading {
  /** The payload as JSON text. */
  payload: string
  /** The device's own time, in milliseconds since 1970. */
  time: number
  /** Milliseconds on the device's monotonic clock at the same moment. */
  mono: number
  deviceId?: string
  /** The sender's own id of the message. */
  id?: string
}

/** A stored reading. `(session, n)` identifies it, and is the same on every resend. */
export interface Reading extends NewReading {
  /** Number of the reading: 1, 2, 3… across all runs on this buffer. Sent as `seq`. */
  n: number
  priority: Priority
  /** Run in which it was taken. */
  run: string
  /** Boot of the device on which `mono` counts. */
  boot: string
}

/** Readings that were lost, to be reported once. */
export interface Loss {
  /** Number of readings; an upper bound, as one may have been delivered although its ack was lost. */
  readings: number
  /** Those lost to file damage rather than to the size limit. */
  damaged: number
  firstN: number
  lastN: number
  /** Device time of the first and the last. */
  from: number
  to: number
}

/** State of the whole buffer in a segment: complete at its start, then changes. */
export interface StateRecord {
  run?: string
  boot?: string
  /** Minimum number of the next reading. */
  next?: number
  /** Last number in the previous segment. */
  prev?: number
  /** By session: every reading up to this number is acked. */
  acked?: Record<string, number>
  /** Milliseconds to add to a boot's monotonic clock to get platform time. */
  anchors?: Record<string, number>
  /** Losses not yet reported; null once they are. */
  lost?: Loss | null
  /** Segments up to this number were dropped. */
  droppedTo?: number
  /** Damage up to this number has been counted. */
  damageTo?: number
}

/**
 * The device session of a reading on the wire: each run has one per priority, in which `n` increases.
 */
export const sessionOf = (reading: Pick<Reading, 'run' | 'priority'>): string =>
  `${reading.run}-${reading.priority === 'live' ? 'l' : 'b'}`

interface Extra { d?: string, i?: string, lost?: Loss }

/** A reading in a segment. `lost` is set if the reading is itself the report of a loss. */
export interface StoredReading {
  n: number
  priority: Priority
  time: number
  mono: number
  deviceId?: string
  id?: string
  payload: string
  lost?: Loss
}

/** Fields are separated by tabs, which JSON escapes. */
export const encodeReading = (reading: StoredReading): string => {
  const extra: Extra = {}
  if (reading.deviceId !== undefined) extra.d = reading.deviceId
  if (reading.id !== undefined) extra.i = reading.id
  if (reading.lost !== undefined) extra.lost = reading.lost
  const extraText = Object.keys(extra).length === 0 ? '' : JSON.stringify(extra)
  const priority = reading.priority === 'live' ? 'l' : 'b'
  return `R\t${reading.n}\t${priority}\t${reading.time}\t${reading.mono}\t${extraText}\t${reading.payload}`
}

export const encodeState = (state: StateRecord): string => `S\t${JSON.stringify(state)}`

/** Decodes a body that passed its checksum; null for a kind written by a newer version. */
export const decodeBody = (body: string): { reading: StoredReading } | { state: StateRecord } | null => {
  if (body.startsWith('S\t')) return { state: JSON.parse(body.slice(2)) as StateRecord }
  if (!body.startsWith('R\t')) return null
  const fields: string[] = []
  let at = 2
  for (let i = 0; i < 5; i++) {
    const tab = body.indexOf('\t', at)
    if (tab === -1) return null
    fields.push(body.slice(at, tab))
    at = tab + 1
  }
  const reading: StoredReading = {
    n: Number(fields[0]),
    priority: fields[1] === 'l' ? 'live' : 'backlog',
    time: Number(fields[2]),
    mono: Number(fields[3]),
    payload: body.slice(at)
  }
  if (fields[4] !== '') {
    const extra = JSON.parse(fields[4]!) as Extra
    if (extra.d !== undefined) reading.deviceId = extra.d
    if (extra.i !== undefined) reading.id = extra.i
    if (extra.lost !== undefined) reading.lost = extra.lost
  }
  return { reading }
}
