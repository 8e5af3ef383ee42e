import { scanLines } from './line.js'
import { decodeBody, type Reading } from './record.js'
import type { Segment } from './segment.js'

/** Reads the backlog. */
export interface BacklogReader {
  /**
   * The next readings, limited to `max` and to about `maxBytes` of payload, but at least one; empty if there are
   * none.
   */
  next (max: number, maxBytes: number): Reading[]
}

const CHUNK = 64 * 1024

/**
 * Reads the segments in order, each reading once per process: the caller keeps it until it is acked. `wanted` selects
 * readings. Segments may be added and removed in the meantime.
 */
export const createBacklogReader = (
  segments: readonly Segment[],
  active: () => Segment | null,
  wanted: (reading: Reading) => boolean
): BacklogReader => {
  let current: Segment | null = null
  let offset = 0
  let chunkBytes = CHUNK

  /** Reads one chunk of a segment. Returns false if nothing more can be read from it now. */
  const readChunk = (segment: Segment, take: (reading: Reading) => boolean): boolean => {
    let bytes: Buffer
    try {
      bytes = segment.read(offset, chunkBytes)
    } catch {
      // An unreadable file must not stop the agent: its readings stay on the disk for the next run.
      segment.waiting = 0
      return false
    }
    const last = offset + bytes.length >= segment.bytes
    if (bytes.length === 0) return false
    const { used } = scanLines(bytes, last, (body) => {
      const decoded = decodeBody(body)
      if (decoded === null || 'state' in decoded) return true
      const reading: Reading = { ...decoded.reading, run: segment.run, boot: segment.boot }
      if (!wanted(reading)) return true
      segment.waiting--
      return take(reading)
    })
    offset += used
    if (used === 0) chunkBytes *= 2
    else chunkBytes = CHUNK
    return true
  }

  return {
    next: (max, maxBytes) => {
      const found: Reading[] = []
      let bytes = 0
      const enough = () => found.length >= max || bytes >= maxBytes
      while (!enough()) {
        const segment = segments.find(({ waiting }) => waiting > 0)
        if (segment === undefined) break
        if (segment !== current) {
          current = segment
          offset = 0
        }
        const more = readChunk(segment, reading => {
          found.push(reading)
          bytes += reading.payload.length
          return !enough()
        })
        // Missing readings were damaged after the start.
        if (!more) segment.waiting = 0
      }
      return found
    }
  }
}
