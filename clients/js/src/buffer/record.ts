/** `live` readings are sent as they are taken; `backlog` ones were taken while that was not possible. */
export type Priority = 'live' | 'backlog'

/** What is to be stored. */
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

/** A reading with its place. `(session, n)` names it for ever: the same on every resend. */
export interface Reading extends NewReading {
  /** Number of the reading: 1, 2, 3… over all runs of the agent on this buffer. It is sent as `seq`. */
  n: number
  lane: Priority
  /** Run of the agent that took it. */
  run: string
  /** Boot of the device on which `mono` counts. */
  boot: string
}

/** What could not be kept, to be told once in one record. */
export interface Lost {
  /** How many readings; an upper bound, for one may have been delivered without its ack having come back. */
  readings: number
  /** Those of them that were lost to damage of the file rather than to its bound. */
  damaged: number
  firstN: number
  lastN: number
  /** The device's time of the first and the last. */
  from: number
  to: number
}

/** What a segment says of the whole buffer: at its start in full, later what changed. */
export interface BufferState {
  run?: string
  boot?: string
  /** Number that the next reading gets at least. */
  next?: number
  /** Last number in the segment before. */
  prev?: number
  /** By session: every reading up to this number is acked. */
  acked?: Record<string, number>
  /** Milliseconds to add to a boot's monotonic clock for the platform's time. */
  anchors?: Record<string, number>
  /** What was lost and not yet reported; null where it has been. */
  lost?: Lost | null
  /** Segments up to this number were dropped. */
  droppedTo?: number
  /** Damage up to this number has been counted. */
  damageTo?: number
}

/**
 * The fixed names of a reading's numbering on the wire: each lane of each run is a session of its own, in which `n`
 * rises.
 */
export const sessionOf = (reading: Pick<Reading, 'run' | 'lane'>): string =>
  `${reading.run}-${reading.lane === 'live' ? 'l' : 'b'}`

interface Extra { d?: string, i?: string, lost?: Lost }

/** A reading in a segment. `lost` is there where the reading is itself the report of a loss. */
export interface StoredReading {
  n: number
  lane: Priority
  time: number
  mono: number
  deviceId?: string
  id?: string
  payload: string
  lost?: Lost
}

/** Tabs part the fields: JSON escapes them, so that none is inside one. */
export const encodeReading = (reading: StoredReading): string => {
  const extra: Extra = {}
  if (reading.deviceId !== undefined) extra.d = reading.deviceId
  if (reading.id !== undefined) extra.i = reading.id
  if (reading.lost !== undefined) extra.lost = reading.lost
  const extraText = Object.keys(extra).length === 0 ? '' : JSON.stringify(extra)
  return `R\t${reading.n}\t${reading.lane === 'live' ? 'l' : 'b'}\t${reading.time}\t${reading.mono}\t${extraText}\t${reading.payload}`
}

export const encodeState = (state: BufferState): string => `S\t${JSON.stringify(state)}`

/** Reads a body that passed its checksum; null for a kind that a newer agent wrote. */
export const decodeBody = (body: string): { reading: StoredReading } | { state: BufferState } | null => {
  if (body.startsWith('S\t')) return { state: JSON.parse(body.slice(2)) as BufferState }
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
    lane: fields[1] === 'l' ? 'live' : 'backlog',
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
