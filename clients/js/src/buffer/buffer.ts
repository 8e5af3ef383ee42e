import { randomBytes } from 'node:crypto'
import { createAckNotes } from './ack-notes.js'
import { diskFiles } from './files.js'
import { encodeNote, type Knowledge } from './knowledge.js'
import { encodeLine, MAX_BODY_BYTES } from './line.js'
import { createBacklogReader } from './reader.js'
import {
  encodeReading, sessionOf, type Priority, type Lost, type NewReading, type Reading, type StoredReading
} from './record.js'
import { recoverSegments, type Recovered } from './recover.js'
import { createSegmentLog } from './segment-log.js'
import { createSyncPolicy } from './sync-policy.js'
import type { BufferOptions, ReadingBuffer } from './types.js'

export type { BufferOptions, BufferStats, ReadingBuffer } from './types.js'

export const MIN_CAP_BYTES = 1024 * 1024

/** Opens a buffer and recovers what is in its folder. Rejects for nothing that a disk can do. */
export const openBuffer = async ({
  dir,
  capBytes = 128 * 1024 * 1024,
  memoryBytes = 1024 * 1024,
  fsyncMs = 1000,
  boot,
  mono,
  files = diskFiles,
  onFault = () => {}
}: BufferOptions): Promise<ReadingBuffer> => {
  if (capBytes < MIN_CAP_BYTES) throw new RangeError(`A buffer needs at least ${MIN_CAP_BYTES} bytes`)
  let recovered: Recovered = {
    segments: [],
    acked: new Map(),
    anchors: new Map(),
    lost: null,
    next: 1,
    damageTo: 0,
    droppedTo: 0
  }
  let firstFault: unknown = null
  if (dir !== null) {
    try {
      files.mkdir(dir)
      recovered = await recoverSegments(files, dir, onFault)
    } catch (error) {
      firstFault = error
    }
  }
  const { segments, ...rest } = recovered
  const run = randomBytes(6).toString('hex')
  const known: Knowledge = { run, boot, prev: 0, unnoted: new Set(), ...rest }
  const { acked, anchors, unnoted } = known
  // A crash came between the note of a drop and the drop itself.
  for (const segment of segments.filter(({ unacked, last }) => unacked > 0 && last <= known.droppedTo)) { segment.unacked = segment.waiting = 0 }

  const log = createSegmentLog({ dir, capBytes, memoryBytes, files, mono, onFault, known, segments, firstFault })
  const policy = createSyncPolicy(fsyncMs, mono, log.sync)
  const ackNotes = createAckNotes(known, changed => { log.note({ acked: changed }) })

  const store = (reading: NewReading, lane: Priority, report?: Lost): Reading => {
    const n = known.next
    const stored: StoredReading = { n, lane, ...reading }
    if (report !== undefined) stored.lost = report
    let bytes = encodeLine(encodeReading(stored))
    if (bytes.length > MAX_BODY_BYTES) throw new RangeError(`A reading may have at most ${MAX_BODY_BYTES} bytes`)
    if (report !== undefined) {
      known.lost = null
      bytes = Buffer.concat([bytes, encodeNote({ lost: null })])
    }
    const segment = log.write(bytes)
    known.next = n + 1
    segment.last = n
    segment.unacked++
    if (lane === 'backlog') segment.waiting++
    if (segment.from === 0) segment.from = reading.time
    segment.to = reading.time
    if (report !== undefined) segment.reports.push({ n, lost: report })
    if (fsyncMs === 0) log.syncNow(segment)
    else policy.written(n)
    return { ...reading, n, lane, run, boot }
  }

  log.begin()

  return {
    run,
    append: (reading, lane) => store(reading, lane),
    backlog: createBacklogReader(segments, () => log.active, reading => {
      if (reading.run === run && reading.lane === 'live') return false
      return reading.n > (acked.get(sessionOf(reading)) ?? 0)
    }),
    acked: readings => {
      for (const reading of readings) {
        const session = sessionOf(reading)
        policy.acked(reading.n)
        const segment = segments.find(({ first, last }) => first <= reading.n && reading.n <= last)
        if (segment === undefined) continue
        acked.set(session, reading.n)
        unnoted.add(session)
        segment.unacked--
        if (segment.unacked === 0 && segment !== log.active) log.remove(segment)
      }
      ackNotes.acked(readings.length)
    },
    reportLost: describe => {
      const report = known.lost
      return report === null ? null : store(describe(report), 'backlog', report)
    },
    setAnchor: anchor => {
      const before = anchors.get(boot)
      anchors.set(boot, anchor)
      if (before === undefined || Math.abs(before - anchor) > 100) log.note({ anchors: { [boot]: anchor } })
      // Boots whose readings are all sent need none.
      for (const other of anchors.keys()) { if (other !== boot && !segments.some(segment => segment.boot === other)) anchors.delete(other) }
    },
    anchorOf: asked => anchors.get(asked) ?? null,
    stats: () => ({
      unacked: segments.reduce((sum, { unacked }) => sum + unacked, 0),
      waiting: segments.reduce((sum, { waiting }) => sum + waiting, 0),
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      segments: segments.length,
      oldest: segments.find(segment => segment.unacked > 0)?.from ?? null,
      lastN: known.next - 1,
      lost: known.lost,
      faulty: log.faulty
    }),
    close: async () => {
      ackNotes.flush()
      await policy.flush()
      policy.close()
      await log.close()
    }
  }
}
