import { join } from 'node:path'
import type { Files } from './files.js'
import type { Loss } from './record.js'

/** Part of the buffer: the readings `first`…`last` of one run, in order. It is dropped as a whole. */
export interface Segment {
  readonly run: string
  /** Boot that its readings' monotonic times refer to; '' if unknown. */
  boot: string
  readonly first: number
  /** Whether it is lost with the process. */
  readonly inMemory: boolean
  /** Last number in it; `first` - 1 while it is empty. */
  last: number
  /** Number of unacked readings. */
  unacked: number
  /** Those of them that the backlog reader has not returned yet. */
  waiting: number
  /** Device time of its first and last reading. */
  from: number
  to: number
  /** Reports of losses in it, which must be repeated if they are lost too. */
  reports: Array<{ n: number, lost: Loss }>
  /** Size, in bytes. */
  bytes: number
  /** Appends a whole line, or throws and appends nothing. */
  append (line: Buffer): void
  /** Up to `length` bytes from `at`; empty at the end. */
  read (at: number, length: number): Buffer
  sync (): Promise<void>
  syncNow (): void
  /** Closes its file descriptors. */
  close (): void
  /** Deletes it. */
  remove (): void
}

interface SegmentOrigin { run: string, boot: string, first: number }

const common = ({ run, boot, first }: SegmentOrigin) => ({
  run, boot, first, last: first - 1, unacked: 0, waiting: 0, from: 0, to: 0, reports: [] as Segment['reports']
})

const NAME = /^(\d{16})-([A-Za-z0-9]{1,32})\.seg$/

/** File name of a segment: first number and run, so that both are known even if the first line is damaged. */
export const segmentName = (first: number, run: string): string => `${String(first).padStart(16, '0')}-${run}.seg`

/** Parses a file name; null if it is not a segment. */
export const parseSegmentName = (name: string): { first: number, run: string } | null => {
  const match = NAME.exec(name)
  return match === null ? null : { first: Number(match[1]), run: match[2]! }
}

/** A segment in a file, which is created by the first append and opened for reading by the first read. */
export const createFileSegment = (files: Files, dir: string, parts: SegmentOrigin, existingBytes = 0): Segment => {
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
      if (broken) throw new Error('Segment is damaged')
      try {
        writeFd ??= files.open(path)
        files.write(writeFd, line)
        segment.bytes += line.length
      } catch (error) {
        // Undo the partial write. If that fails too, nothing may follow the torn line.
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
      // The descriptor must not be closed, and reused for another file, during a sync.
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

/** A segment in memory, used without a folder or while the disk is not writable. */
export const createMemorySegment = (parts: SegmentOrigin): Segment => {
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
