import { randomBytes } from 'node:crypto'
import { diskFiles } from './files.js'
import { encodeLine, MAX_BODY_BYTES } from './line.js'
import { addLost } from './lost.js'
import { createBacklogReader } from './reader.js'
import { encodeReading, encodeState, sessionOf, type BufferState, type Lane, type Lost, type NewReading, type Reading, type StoredReading } from './record.js'
import { recoverSegments, type Recovered } from './recover.js'
import { createFileSegment, createMemorySegment, type Segment } from './segment.js'
import { createSyncPolicy } from './sync-policy.js'
import type { BufferOptions, ReadingBuffer } from './types.js'

export type { BufferOptions, BufferStats, ReadingBuffer } from './types.js'

export const MIN_CAP_BYTES = 1024 * 1024

/** A file takes up whole blocks. */
const BLOCK = 4096
const blocks = (bytes: number): number => Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK
/** Acks are written down after so long, or so many: what a crash forgets of them is sent again, and known as a repeat. */
const ACK_DELAY_MS = 5000
const MAX_ACKS_UNWRITTEN = 1000
const FAULT_RETRY_MS = 1000

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Opens a buffer and recovers what is in its folder. Rejects for nothing that a disk can do. */
export const openBuffer = async ({
  dir, capBytes = 128 * 1024 * 1024, memoryBytes = 1024 * 1024, fsyncMs = 1000, boot, mono, files = diskFiles, onFault = () => {}
}: BufferOptions): Promise<ReadingBuffer> => {
  if (capBytes < MIN_CAP_BYTES) throw new RangeError(`A buffer needs at least ${MIN_CAP_BYTES} bytes`)
  const run = randomBytes(6).toString('hex')
  const segmentBytes = Math.min(1024 * 1024, Math.max(64 * 1024, Math.floor(capBytes / 16)))
  const memorySegmentBytes = Math.max(4096, Math.floor(memoryBytes / 8))
  let recovered: Recovered = { segments: [], acked: new Map(), anchors: new Map(), lost: null, next: 1, damageTo: 0, droppedTo: 0 }
  let faulty = false
  let retryAt = -Infinity

  const fault = (error: unknown) => {
    if (!faulty) onFault(error)
    faulty = true
    retryAt = mono() + FAULT_RETRY_MS
  }

  if (dir !== null) {
    try {
      files.mkdir(dir)
      recovered = await recoverSegments(files, dir, onFault)
    } catch (error) {
      fault(error)
    }
  }
  const { segments, acked, anchors, damageTo } = recovered
  let { lost, next, droppedTo } = recovered
  let active: Segment | null = null
  let retiring: Promise<unknown> = Promise.resolve()
  let prevLast = 0
  // A crash came between the note of a drop and the drop itself.
  for (const segment of segments.filter(({ unacked, last }) => unacked > 0 && last <= droppedTo)) segment.unacked = segment.waiting = 0
  let unacked = segments.reduce((sum, segment) => sum + segment.unacked, 0)
  const ackedSince = new Set<string>()
  let acksUnwritten = 0
  let ackTimer: NodeJS.Timeout | null = null

  const remove = (segment: Segment) => {
    segments.splice(segments.indexOf(segment), 1)
    try {
      segment.remove()
    } catch (error) {
      onFault(error)
    }
    if (segments.some(({ run }) => run === segment.run)) return
    for (const lane of ['live', 'backlog'] as const) acked.delete(sessionOf({ run: segment.run, lane }))
  }

  const dropOldest = () => {
    const segment = segments[0]!
    if (segment === active) active = null
    const reports = segment.reports.filter(({ n }) => n > (acked.get(sessionOf({ run: segment.run, lane: 'backlog' })) ?? 0))
    for (const report of reports) lost = addLost(lost, report.lost)
    const readings = segment.unacked - reports.length
    if (readings > 0) lost = addLost(lost, { readings, damaged: 0, firstN: segment.first, lastN: segment.last, from: segment.from, to: segment.to })
    droppedTo = segment.last
    unacked -= segment.unacked
    // Written first: a crash between the two must not make the loss silent.
    if (active !== null && segment.unacked > 0) noteState({ lost, droppedTo })
    remove(segment)
  }

  const fullState = (): BufferState => ({
    run, boot, next, prev: prevLast, acked: Object.fromEntries(acked), anchors: Object.fromEntries(anchors), lost, damageTo, droppedTo
  })

  /** Ends the active segment; one without unacked readings is not needed any more. */
  const retire = () => {
    const ended = active
    active = null
    if (ended === null) return
    if (ended.unacked > 0) retiring = Promise.all([retiring, ended.sync().catch(fault)])
    ended.close()
    if (ended.last >= ended.first) prevLast = ended.last
    if (ended.unacked === 0) remove(ended)
  }

  const startFile = (folder: string) => {
    retire()
    const segment = createFileSegment(files, folder, { run, boot, first: next })
    segment.append(encodeLine(encodeState(fullState())))
    active = segment
    segments.push(segment)
    ackedSince.clear()
    // Everything they knew is in the new segment now.
    for (const old of segments.filter(({ unacked }) => unacked === 0)) if (old !== segment) remove(old)
    const onDisk = () => segments.reduce((sum, { inMemory, bytes }) => inMemory ? sum : sum + blocks(bytes), 0)
    while (segments.length > 1 && onDisk() + segmentBytes > capBytes) dropOldest()
  }

  const startMemory = () => {
    retire()
    active = createMemorySegment({ run, boot, first: next })
    segments.push(active)
  }

  const writeToDisk = (folder: string, bytes: Buffer) => {
    if (active === null || active.inMemory || active.bytes + bytes.length > segmentBytes) startFile(folder)
    active!.append(bytes)
    if (faulty) onFault(null)
    faulty = false
  }

  /** False where the disk does not take it, even after the oldest segments made room. */
  const writeOrMakeRoom = (folder: string, bytes: Buffer): boolean => {
    for (let tries = 0; tries < 3; tries++) {
      try {
        writeToDisk(folder, bytes)
        return true
      } catch (error) {
        fault(error)
        if (active !== null && !active.inMemory) retire()
        // The newest readings are worth more than the oldest, whoever filled the disk.
        const oldest = segments[0]
        if (!isFull(error) || oldest === undefined || oldest.inMemory) return false
        dropOldest()
      }
    }
    return false
  }

  const write = (bytes: Buffer): Segment => {
    if (dir !== null && (!faulty || mono() >= retryAt) && writeOrMakeRoom(dir, bytes)) return active!
    if (active === null || !active.inMemory || active.bytes + bytes.length > memorySegmentBytes) startMemory()
    active!.append(bytes)
    const inMemory = () => segments.reduce((sum, segment) => segment.inMemory ? sum + segment.bytes : sum, 0)
    while (inMemory() > memoryBytes && segments.length > 1) dropOldest()
    return active!
  }

  const noteState = (state: BufferState) => {
    if (active === null || active.inMemory) return
    try {
      active.append(encodeLine(encodeState(state)))
    } catch (error) {
      fault(error)
    }
  }

  const noteAcks = () => {
    if (ackTimer !== null) clearTimeout(ackTimer)
    ackTimer = null
    acksUnwritten = 0
    const changed = [...ackedSince].filter(session => acked.has(session)).map(session => [session, acked.get(session)!] as const)
    ackedSince.clear()
    if (changed.length > 0) noteState({ acked: Object.fromEntries(changed) })
  }

  const policy = createSyncPolicy(fsyncMs, mono, async () => {
    await active?.sync().catch(fault)
  })

  const store = (reading: NewReading, lane: Lane, report?: Lost): Reading => {
    const n = next
    const stored: StoredReading = { n, lane, ...reading }
    if (report !== undefined) stored.lost = report
    let bytes = encodeLine(encodeReading(stored))
    if (bytes.length > MAX_BODY_BYTES) throw new RangeError(`A reading may have at most ${MAX_BODY_BYTES} bytes`)
    if (report !== undefined) {
      lost = null
      bytes = Buffer.concat([bytes, encodeLine(encodeState({ lost: null }))])
    }
    const segment = write(bytes)
    next = n + 1
    segment.last = n
    segment.unacked++
    if (lane === 'backlog') segment.waiting++
    if (segment.from === 0) segment.from = reading.time
    segment.to = reading.time
    if (report !== undefined) segment.reports.push({ n, lost: report })
    unacked++
    if (fsyncMs === 0) {
      try {
        segment.syncNow()
      } catch (error) {
        fault(error)
      }
    } else policy.written(n)
    return { ...reading, n, lane, run, boot }
  }

  if (dir !== null && !faulty) {
    try {
      startFile(dir)
    } catch (error) {
      fault(error)
    }
  }

  return {
    run,
    append: (reading, lane) => store(reading, lane),
    backlog: createBacklogReader(segments, () => active, reading => {
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
        ackedSince.add(session)
        segment.unacked--
        unacked--
        if (segment.unacked === 0 && segment !== active) remove(segment)
      }
      acksUnwritten += readings.length
      if (acksUnwritten >= MAX_ACKS_UNWRITTEN) noteAcks()
      else ackTimer ??= setTimeout(noteAcks, ACK_DELAY_MS).unref()
    },
    reportLost: describe => {
      const report = lost
      return report === null ? null : store(describe(report), 'backlog', report)
    },
    setAnchor: anchor => {
      const before = anchors.get(boot)
      anchors.set(boot, anchor)
      if (before === undefined || Math.abs(before - anchor) > 100) noteState({ anchors: { [boot]: anchor } })
      // Boots whose readings are all sent need none.
      for (const known of anchors.keys()) if (known !== boot && !segments.some(segment => segment.boot === known)) anchors.delete(known)
    },
    anchorOf: asked => anchors.get(asked) ?? null,
    stats: () => ({
      unacked,
      waiting: segments.reduce((sum, { waiting }) => sum + waiting, 0),
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      segments: segments.length,
      oldest: segments.find(segment => segment.unacked > 0)?.from ?? null,
      lastN: next - 1,
      lost,
      faulty
    }),
    close: async () => {
      noteAcks()
      await policy.flush()
      await retiring
      policy.close()
      for (const segment of segments) segment.close()
    }
  }
}
