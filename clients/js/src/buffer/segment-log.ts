import type { Files } from './files.js'
import { encodeKnowledge, encodeNote, type Knowledge } from './knowledge.js'
import { addLost } from './lost.js'
import { sessionOf, type BufferState } from './record.js'
import { createFileSegment, createMemorySegment, type Segment } from './segment.js'

/**
 * Where the lines of a buffer go: segments on the disk, or in memory where there is no folder or the disk takes
 * nothing.
 */
export interface SegmentLog {
  /** Oldest first. */
  readonly segments: readonly Segment[]
  /** The one that is written to; null before the first line and after a fault. */
  readonly active: Segment | null
  /** Whether the disk takes lines. */
  readonly faulty: boolean
  /** Begins a file at once, so that what was recovered may be forgotten; does nothing without a folder that works. */
  begin (): void
  /** Writes a reading's line, for which the oldest segments make room if need be. Returns where it is. */
  write (line: Buffer): Segment
  /** Notes what changed of what is known, where there is a file to note it in; else the next file tells it. */
  note (state: BufferState): void
  /** Removes a segment that is not needed any more. */
  remove (segment: Segment): void
  /** Ends once all that was written to the active segment is on the disk. */
  sync (): Promise<void>
  /** The same for one segment, before it returns. */
  syncNow (segment: Segment): void
  /** Ends once the retired segments are on the disk, and frees what is held. */
  close (): Promise<void>
}

/** What a log is made of. */
export interface SegmentLogParts {
  dir: string | null
  capBytes: number
  memoryBytes: number
  files: Files
  mono: () => number
  /** Told when the disk stops taking lines, and (null) when it takes them again. */
  onFault: (error: unknown) => void
  known: Knowledge
  /** What was recovered, oldest first. The log keeps it up to date. */
  segments: Segment[]
  /** Why the folder could not be read, or null. */
  firstFault: unknown
}

/** A file takes up whole blocks. */
const BLOCK = 4096
const blocks = (bytes: number): number => Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK
const FAULT_RETRY_MS = 1000

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

export const createSegmentLog = ({
  dir, capBytes, memoryBytes, files, mono, onFault, known, segments, firstFault
}: SegmentLogParts): SegmentLog => {
  const segmentBytes = Math.min(1024 * 1024, Math.max(64 * 1024, Math.floor(capBytes / 16)))
  const memorySegmentBytes = Math.max(4096, Math.floor(memoryBytes / 8))
  const { run, boot, acked } = known
  let active: Segment | null = null
  let retiring: Promise<unknown> = Promise.resolve()
  let faulty = false
  let retryAt = -Infinity

  const fault = (error: unknown) => {
    if (!faulty) onFault(error)
    faulty = true
    retryAt = mono() + FAULT_RETRY_MS
  }
  if (firstFault !== null) fault(firstFault)

  const note = (state: BufferState) => {
    if (active === null || active.inMemory) return
    try {
      active.append(encodeNote(state))
    } catch (error) {
      fault(error)
    }
  }

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
    const reports = segment.reports.filter(
      ({ n }) => n > (acked.get(sessionOf({ run: segment.run, lane: 'backlog' })) ?? 0)
    )
    for (const report of reports) known.lost = addLost(known.lost, report.lost)
    const readings = segment.unacked - reports.length
    if (readings > 0) {
      known.lost = addLost(known.lost, {
        readings,
        damaged: 0,
        firstN: segment.first,
        lastN: segment.last,
        from: segment.from,
        to: segment.to
      })
    }
    known.droppedTo = segment.last
    // Written first: a crash between the two must not make the loss silent.
    if (active !== null && segment.unacked > 0) note({ lost: known.lost, droppedTo: known.droppedTo })
    remove(segment)
  }

  /** Ends the active segment; one without unacked readings is not needed any more. */
  const retire = () => {
    const ended = active
    active = null
    if (ended === null) return
    if (ended.unacked > 0) retiring = Promise.all([retiring, ended.sync().catch(fault)])
    ended.close()
    if (ended.last >= ended.first) known.prev = ended.last
    if (ended.unacked === 0) remove(ended)
  }

  const startFile = (folder: string) => {
    retire()
    const segment = createFileSegment(files, folder, { run, boot, first: known.next })
    segment.append(encodeKnowledge(known))
    active = segment
    segments.push(segment)
    known.unnoted.clear()
    // Everything they knew is in the new segment now.
    for (const old of segments.filter(({ unacked }) => unacked === 0)) if (old !== segment) remove(old)
    const onDisk = () => segments.reduce((sum, { inMemory, bytes }) => inMemory ? sum : sum + blocks(bytes), 0)
    while (segments.length > 1 && onDisk() + segmentBytes > capBytes) dropOldest()
  }

  const startMemory = () => {
    retire()
    active = createMemorySegment({ run, boot, first: known.next })
    segments.push(active)
  }

  const writeToDisk = (folder: string, line: Buffer) => {
    if (active === null || active.inMemory || active.bytes + line.length > segmentBytes) startFile(folder)
    active!.append(line)
    if (faulty) onFault(null)
    faulty = false
  }

  /** False where the disk does not take it, even after the oldest segments made room. */
  const writeOrMakeRoom = (folder: string, line: Buffer): boolean => {
    for (let tries = 0; tries < 3; tries++) {
      try {
        writeToDisk(folder, line)
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

  return {
    segments,
    get active () { return active },
    get faulty () { return faulty },
    begin: () => {
      if (dir === null || faulty) return
      try {
        startFile(dir)
      } catch (error) {
        fault(error)
      }
    },
    write: line => {
      if (dir !== null && (!faulty || mono() >= retryAt) && writeOrMakeRoom(dir, line)) return active!
      if (active === null || !active.inMemory || active.bytes + line.length > memorySegmentBytes) startMemory()
      active!.append(line)
      const inMemory = () => segments.reduce((sum, segment) => segment.inMemory ? sum + segment.bytes : sum, 0)
      while (inMemory() > memoryBytes && segments.length > 1) dropOldest()
      return active!
    },
    note,
    remove,
    sync: async () => { await active?.sync().catch(fault) },
    syncNow: segment => {
      try {
        segment.syncNow()
      } catch (error) {
        fault(error)
      }
    },
    close: async () => {
      await retiring
      for (const segment of segments) segment.close()
    }
  }
}
