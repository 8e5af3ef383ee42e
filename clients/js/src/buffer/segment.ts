import { join } from 'node:path'
import type { Files } from './files.js'
import type { Lost } from './record.js'

/** A stretch of the buffer: the readings `first`…`last` of one run, in order. It is dropped as a whole. */
export interface Segment {
  readonly run: string
  /** Boot on which its readings' monotonic times count; '' where that is not known. */
  boot: string
  readonly first: number
  /** Whether it is lost with the process. */
  readonly inMemory: boolean
  /** Last number in it; `first` - 1 while it has none. */
  last: number
  /** Readings in it that are not acked. */
  unacked: number
  /** Those of them that the backlog's reader has not handed out yet. */
  waiting: number
  /** Device's times of its first and last reading. */
  from: number
  to: number
  /** Reports of losses in it, which have to be made again if they are lost too. */
  reports: Array<{ n: number, lost: Lost }>
  /** Bytes of its lines. */
  bytes: number
  /** Appends a line, all of it or (throwing) none of it. */
  append (line: Buffer): void
  /** Up to `length` bytes from `at` on; empty at the end. */
  read (at: number, length: number): Buffer
  sync (): Promise<void>
  syncNow (): void
  /** Frees what an open segment holds. */
  close (): void
  /** Deletes it for good. */
  remove (): void
}

interface SegmentParts { run: string, boot: string, first: number }

const common = ({ run, boot, first }: SegmentParts) => ({
  run, boot, first, last: first - 1, unacked: 0, waiting: 0, from: 0, to: 0, reports: [] as Segment['reports']
})

const NAME = /^(\d{16})-([A-Za-z0-9]{1,32})\.seg$/

/** Name of a segment's file: its first number and its run, so that both are known even if its first line is damaged. */
export const segmentName = (first: number, run: string): string => `${String(first).padStart(16, '0')}-${run}.seg`

/** Reads a name back; null for a file that is no segment. */
export const parseSegmentName = (name: string): { first: number, run: string } | null => {
  const match = NAME.exec(name)
  return match === null ? null : { first: Number(match[1]), run: match[2]! }
}

/** A segment in a file. It is created with the first append, and opened for reading when it is read. */
export const createFileSegment = (files: Files, dir: string, parts: SegmentParts, existingBytes = 0): Segment => {
  const path = join(dir, segmentName(parts.first, parts.run))
  let writeFd: number | null = null
  let readFd: number | null = null
  let newborn = existingBytes === 0
  let broken = false
  let syncs = 0
  let closing = false
  const closeNow = () => {
    for (const fd of [writeFd, readFd]) if (fd !== null) files.close(fd)
    writeFd = readFd = null
    closing = false
  }
  const segment: Segment = {
    ...common(parts),
    inMemory: false,
    bytes: existingBytes,
    append: line => {
      if (broken) throw new Error('The segment can take no more')
      try {
        writeFd ??= files.open(path)
        files.write(writeFd, line)
        segment.bytes += line.length
      } catch (error) {
        // What was written of it is taken back; where that fails too, nothing may follow the torn line as if it were
        // whole.
        try {
          if (writeFd !== null) files.truncate(writeFd, segment.bytes)
        } catch {
          broken = true
        }
        throw error
      }
    },
    read: (at, length) => {
      const want = Math.max(0, Math.min(length, segment.bytes - at))
      if (want === 0) return Buffer.alloc(0)
      readFd ??= files.openForReading(path)
      const into = Buffer.allocUnsafe(want)
      return into.subarray(0, files.read(readFd, into, at))
    },
    sync: async () => {
      if (writeFd === null || closing) return
      // The descriptor may not be closed, and given to another file, while the disk works on it.
      syncs++
      try {
        await files.sync(writeFd)
        if (newborn) await files.syncDir(dir)
        newborn = false
      } finally {
        syncs--
        if (closing && syncs === 0) closeNow()
      }
    },
    syncNow: () => { if (writeFd !== null) files.syncNow(writeFd) },
    close: () => {
      if (syncs > 0) closing = true
      else closeNow()
    },
    remove: () => {
      segment.close()
      if (segment.bytes > 0) files.remove(path)
    }
  }
  return segment
}

/** A segment in memory: where there is no folder, or the disk takes nothing. */
export const createMemorySegment = (parts: SegmentParts): Segment => {
  let content = Buffer.alloc(0)
  const segment: Segment = {
    ...common(parts),
    inMemory: true,
    bytes: 0,
    append: line => {
      if (segment.bytes + line.length > content.length) {
        const larger = Buffer.allocUnsafe(Math.max(4096, (segment.bytes + line.length) * 2))
        content.copy(larger, 0, 0, segment.bytes)
        content = larger
      }
      line.copy(content, segment.bytes)
      segment.bytes += line.length
    },
    read: (at, length) => content.subarray(at, Math.min(segment.bytes, at + length)),
    sync: async () => {},
    syncNow: () => {},
    close: () => {},
    remove: () => { content = Buffer.alloc(0) }
  }
  return segment
}
