import { join } from 'node:path'
import type { Files } from './files.js'
import { scanLines } from './line.js'
import { mergeLosses } from './merge-losses.js'
import { decodeBody, sessionOf, type StateRecord, type Loss, type StoredReading } from './record.js'
import { createFileSegment, parseSegmentName, type Segment } from './segment.js'

/** Contents of a folder of segments. */
export interface Recovered {
  /** Oldest first. Those without unacked readings may be removed once the state is in a new segment. */
  segments: Segment[]
  /** By session: every reading up to this number is acked. */
  acked: Map<string, number>
  anchors: Map<string, number>
  lost: Loss | null
  /** Number of the next reading. */
  next: number
  /** Damage up to this number is included in `lost`. */
  damageTo: number
  droppedTo: number
}

/** The state of a buffer without segments. */
export const nothingRecovered = (): Recovered => ({
  segments: [],
  acked: new Map(),
  anchors: new Map(),
  lost: null,
  next: 1,
  damageTo: 0,
  droppedTo: 0
})

interface FileContent { states: StateRecord[], readings: StoredReading[] }

const readContent = (bytes: Buffer): FileContent => {
  const content: FileContent = { states: [], readings: [] }
  scanLines(bytes, true, body => {
    const decoded = decodeBody(body)
    if (decoded !== null && 'state' in decoded) content.states.push(decoded.state)
    // Without payloads: a segment may hold thousands of readings.
    else if (decoded !== null) content.readings.push({ ...decoded.reading, payload: '' })
    return true
  })
  return content
}

/**
 * Ranges of missing numbers in a segment, each with the reading before it (or after it, at the start).
 */
const findGaps = (
  first: number,
  readings: readonly StoredReading[],
  expectedLast: number
): Array<{ from: number; to: number; near: StoredReading | null }> => {
  const gaps: Array<{ from: number; to: number; near: StoredReading | null }> = []
  let next = first
  let before: StoredReading | null = null
  for (const reading of readings) {
    if (reading.n > next) gaps.push({ from: next, to: reading.n - 1, near: before ?? reading })
    next = reading.n + 1
    before = reading
  }
  if (expectedLast >= next) gaps.push({ from: next, to: expectedLast, near: before })
  return gaps
}

/**
 * Reads the segments of a folder, newest first, because acks are written after the readings they belong to. Damage
 * costs only the damaged lines; an unreadable file is skipped and passed to `onFault`.
 */
export const recoverSegments = async (
  files: Files,
  dir: string,
  onFault: (error: unknown) => void
): Promise<Recovered> => {
  const names = files
    .list(dir)
    .filter(name => parseSegmentName(name) !== null)
    .sort()
  const found = nothingRecovered()
  const gaps: Array<{ from: number; to: number; near: StoredReading | null; run: string }> = []
  const expectedLast = new Map<string, number>()
  let lostKnown = false
  for (const name of names.reverse()) {
    const { first, run } = parseSegmentName(name)!
    let bytes: Buffer
    try {
      bytes = files.readAll(join(dir, name))
    } catch (error) {
      onFault(error)
      found.next = Math.max(found.next, first)
      continue
    }
    const { states, readings } = readContent(bytes)
    const segment = createFileSegment(files, dir, { run, boot: '', first }, bytes.length)
    for (const state of states.toReversed()) {
      if (segment.boot === '' && state.boot !== undefined) segment.boot = state.boot
      if (!lostKnown && state.lost !== undefined) {
        found.lost = state.lost
        lostKnown = true
      }
      for (const [session, n] of Object.entries(state.acked ?? {})) {
        found.acked.set(session, Math.max(n, found.acked.get(session) ?? 0))
      }
      for (const [boot, anchor] of Object.entries(state.anchors ?? {})) {
        if (!found.anchors.has(boot)) found.anchors.set(boot, anchor)
      }
      found.next = Math.max(found.next, state.next ?? 1)
      found.damageTo = Math.max(found.damageTo, state.damageTo ?? 0)
      found.droppedTo = Math.max(found.droppedTo, state.droppedTo ?? 0)
    }
    for (const gap of findGaps(first, readings, expectedLast.get(run) ?? 0)) gaps.push({ ...gap, run })
    const prev = states.find(state => state.prev !== undefined)?.prev
    if (prev === undefined) expectedLast.delete(run)
    else expectedLast.set(run, prev)
    for (const reading of readings) {
      segment.last = reading.n
      if (reading.n <= (found.acked.get(sessionOf({ run, priority: reading.priority })) ?? 0)) continue
      segment.unacked++
      if (segment.from === 0) segment.from = reading.time
      segment.to = reading.time
      if (reading.lost !== undefined) segment.reports.push({ n: reading.n, lost: reading.lost })
    }
    segment.waiting = segment.unacked
    found.next = Math.max(found.next, first, segment.last + 1)
    found.segments.unshift(segment)
    // Yield to other tasks: many megabytes may have to be read from a slow card.
    await new Promise(resolve => setImmediate(resolve))
  }
  for (const { from, to, near, run } of gaps.reverse()) {
    // The neighbour's session tells whether a missing reading was acked.
    const ackedTo = near === null ? 0 : found.acked.get(sessionOf({ run, priority: near.priority })) ?? 0
    const missingFrom = Math.max(from, ackedTo + 1, found.damageTo + 1)
    if (missingFrom > to) continue
    const readings = to - missingFrom + 1
    const time = near?.time ?? 0
    found.lost = mergeLosses(found.lost, {
      readings,
      damaged: readings,
      firstN: missingFrom,
      lastN: to,
      from: time,
      to: time
    })
  }
  found.damageTo = Math.max(found.damageTo, found.next - 1)
  return found
}
