import type { Files } from './files.js'
import { encodeFullState, encodeStateLine, type BufferState } from './buffer-state.js'
import { mergeLosses } from './merge-losses.js'
import { sessionOf, type StateRecord } from './record.js'
import { createFileSegment, createMemorySegment, type Segment } from './segment.js'

/**
 * The log of a buffer: segments on the disk, or in memory if there is no folder or the disk is not writable.
 */
export interface SegmentLog {
  /** Oldest first. */
  readonly segments: readonly Segment[]
  /** The segment that is written to; null before the first line and after a fault. */
  readonly active: Segment | null
  /** Whether the last write to the disk failed. */
  readonly faulty: boolean
  /** Starts a file with the recovered state; does nothing without a writable folder. */
  begin (): void
  /** Writes a reading's line, dropping the oldest segments if there is no room. Returns its segment. */
  write (line: Buffer): Segment
  /** Records changed state in the active file, if there is one; the next file begins with all of it anyway. */
  writeState (changes: StateRecord): void
  /** Removes a segment that is no longer needed. */
  remove (segment: Segment): void
  /** Resolves once everything written to the active segment is on the disk. */
  sync (): Promise<void>
  /** Syncs one segment synchronously. */
  syncNow (segment: Segment): void
  /** Resolves once the retired segments are on the disk, and closes all of them. */
  close (): Promise<void>
}

export interface SegmentLogDependencies {
  dir: string | null
  capBytes: number
  memoryBytes: number
  files: Files
  mono: () => number
  /** Called with the error when writing to the disk fails, and with null when it works again. */
  onFault: (error: unknown) => void
  state: BufferState
  /** Recovered segments, oldest first. The log keeps the list up to date. */
  segments: Segment[]
  /** Why the folder can't be read, or null. */
  firstFault: unknown
}

/** Files occupy whole blocks. */
const BLOCK = 4096
const blocks = (bytes: number): number => Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK
const FAULT_RETRY_MS = 1000

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

export const createSegmentLog = ({
  dir, capBytes, memoryBytes, files, mono, onFault, state, segments, firstFault
}: SegmentLogDependencies): SegmentLog => {
  const segmentBytes = Math.min(1024 * 1024, Math.max(64 * 1024, Math.floor(capBytes / 16)))
  const memorySegmentBytes = Math.max(4096, Math.floor(memoryBytes / 8))
  const { run, boot, acked } = state
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

  const writeState = (changes: StateRecord) => {
    if (active === null || active.inMemory) return
    try {
      active.append(encodeStateLine(changes))
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
    for (const priority of ['live', 'backlog'] as const) acked.delete(sessionOf({ run: segment.run, priority }))
  }

  const dropOldest = () => {
    const segment = segments[0]!
    if (segment === active) active = null
    const reports = segment.reports.filter(
      ({ n }) => n > (acked.get(sessionOf({ run: segment.run, priority: 'backlog' })) ?? 0)
    )
    for (const report of reports) state.lost = mergeLosses(state.lost, report.lost)
    const readings = segment.unacked - reports.length
    if (readings > 0) {
      state.lost = mergeLosses(state.lost, {
        readings,
        damaged: 0,
        firstN: segment.first,
        lastN: segment.last,
        from: segment.from,
        to: segment.to
      })
    }
    state.droppedTo = segment.last
    // Recorded first, so that a crash in between does not make the loss silent.
    if (active !== null && segment.unacked > 0) writeState({ lost: state.lost, droppedTo: state.droppedTo })
    remove(segment)
  }

  /** Closes the active segment, and removes it if it has no unacked readings. */
  const retire = () => {
    const ended = active
    active = null
    if (ended === null) return
    if (ended.unacked > 0) retiring = Promise.all([retiring, ended.sync().catch(fault)])
    ended.close()
    if (ended.last >= ended.first) state.prev = ended.last
    if (ended.unacked === 0) remove(ended)
  }

  const startFile = (folder: string) => {
    retire()
    const segment = createFileSegment(files, folder, { run, boot, first: state.next })
    segment.append(encodeFullState(state))
    active = segment
    segments.push(segment)
    state.unrecordedAcks.clear()
    // Their state is in the new segment now.
    for (const old of segments.filter(({ unacked }) => unacked === 0)) if (old !== segment) remove(old)
    const onDisk = () => segments.reduce((sum, { inMemory, bytes }) => inMemory ? sum : sum + blocks(bytes), 0)
    while (segments.length > 1 && onDisk() + segmentBytes > capBytes) dropOldest()
  }

  const startMemory = () => {
    retire()
    active = createMemorySegment({ run, boot, first: state.next })
    segments.push(active)
  }

  const writeToDisk = (folder: string, line: Buffer) => {
    if (active === null || active.inMemory || active.bytes + line.length > segmentBytes) startFile(folder)
    active!.append(line)
    if (faulty) onFault(null)
    faulty = false
  }

  /** Returns false if the disk is not writable even after dropping the oldest segments. */
  const writeOrMakeRoom = (folder: string, line: Buffer): boolean => {
    for (let tries = 0; tries < 3; tries++) {
      try {
        writeToDisk(folder, line)
        return true
      } catch (error) {
        fault(error)
        if (active !== null && !active.inMemory) retire()
        // The newest readings are worth more than the oldest, whatever filled the disk.
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
    writeState,
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
