import { randomBytes } from 'node:crypto'
import { createAckRecorder } from './ack-recorder.js'
import { diskFiles } from './files.js'
import { encodeStateLine, type BufferState } from './buffer-state.js'
import { encodeLine, MAX_BODY_BYTES } from './line.js'
import { createBacklogReader } from './backlog-reader.js'
import {
  encodeReading, sessionOf, type Priority, type Loss, type NewReading, type Reading, type StoredReading
} from './record.js'
import { nothingRecovered, recoverSegments } from './recover-segments.js'
import { createSegmentLog } from './segment-log.js'
import { createSyncPolicy } from './sync-policy.js'
import type { BufferOptions, ReadingBuffer } from './types.js'

export type { BufferOptions, BufferStats, ReadingBuffer } from './types.js'

export const MIN_CAP_BYTES = 1024 * 1024

/** Opens a buffer and recovers the readings in its folder. Never rejects because of the disk. */
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
  if (capBytes < MIN_CAP_BYTES) throw new RangeError(`capBytes must be at least ${MIN_CAP_BYTES}`)
  let recovered = nothingRecovered()
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
  const state: BufferState = { run, boot, prev: 0, unrecordedAcks: new Set(), ...rest }
  const { acked, anchors, unrecordedAcks } = state
  // Segments recorded as dropped that a crash kept from being removed.
  for (const segment of segments.filter(({ unacked, last }) => unacked > 0 && last <= state.droppedTo)) {
    segment.unacked = segment.waiting = 0
  }

  const log = createSegmentLog({ dir, capBytes, memoryBytes, files, mono, onFault, state, segments, firstFault })
  const policy = createSyncPolicy(fsyncMs, mono, log.sync)
  const ackRecorder = createAckRecorder(state, changed => { log.writeState({ acked: changed }) })

  const store = (reading: NewReading, priority: Priority, report?: Loss): Reading => {
    const n = state.next
    const stored: StoredReading = { n, priority, ...reading }
    if (report !== undefined) stored.lost = report
    let bytes = encodeLine(encodeReading(stored))
    if (bytes.length > MAX_BODY_BYTES) throw new RangeError(`Reading is larger than ${MAX_BODY_BYTES} bytes`)
    if (report !== undefined) {
      state.lost = null
      bytes = Buffer.concat([bytes, encodeStateLine({ lost: null })])
    }
    const segment = log.write(bytes)
    state.next = n + 1
    segment.last = n
    segment.unacked++
    if (priority === 'backlog') segment.waiting++
    if (segment.from === 0) segment.from = reading.time
    segment.to = reading.time
    if (report !== undefined) segment.reports.push({ n, lost: report })
    if (fsyncMs === 0) log.syncNow(segment)
    else policy.written(n)
    return { ...reading, n, priority, run, boot }
  }

  log.begin()

  return {
    run,
    append: (reading, priority) => store(reading, priority),
    backlog: createBacklogReader(segments, () => log.active, reading => {
      if (reading.run === run && reading.priority === 'live') return false
      return reading.n > (acked.get(sessionOf(reading)) ?? 0)
    }),
    acked: readings => {
      for (const reading of readings) {
        const session = sessionOf(reading)
        policy.acked(reading.n)
        const segment = segments.find(({ first, last }) => first <= reading.n && reading.n <= last)
        if (segment === undefined) continue
        acked.set(session, reading.n)
        unrecordedAcks.add(session)
        segment.unacked--
        if (segment.unacked === 0 && segment !== log.active) log.remove(segment)
      }
      ackRecorder.acked(readings.length)
    },
    reportLoss: describe => {
      const report = state.lost
      return report === null ? null : store(describe(report), 'backlog', report)
    },
    setAnchor: anchor => {
      const before = anchors.get(boot)
      anchors.set(boot, anchor)
      if (before === undefined || Math.abs(before - anchor) > 100) log.writeState({ anchors: { [boot]: anchor } })
      // Boots without unsent readings need no anchor.
      for (const other of anchors.keys()) {
        if (other !== boot && !segments.some(segment => segment.boot === other)) anchors.delete(other)
      }
    },
    anchorOf: asked => anchors.get(asked) ?? null,
    stats: () => ({
      unacked: segments.reduce((sum, { unacked }) => sum + unacked, 0),
      waiting: segments.reduce((sum, { waiting }) => sum + waiting, 0),
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      segments: segments.length,
      oldest: segments.find(segment => segment.unacked > 0)?.from ?? null,
      lastN: state.next - 1,
      lost: state.lost,
      faulty: log.faulty
    }),
    close: async () => {
      ackRecorder.flush()
      await policy.flush()
      policy.close()
      await log.close()
    }
  }
}
