import type { Files } from './files.js'
import type { BacklogReader } from './backlog-reader.js'
import type { Priority, Loss, NewReading, Reading } from './record.js'

export interface BufferOptions {
  /** Folder of the segments, created if missing; null: memory only. Only one buffer may use it at a time. */
  dir: string | null
  /** Maximum size on the disk, in bytes, at least 1 MiB; beyond it the oldest segment is dropped. Default 128 MiB. */
  capBytes?: number
  /** Maximum size in memory, in bytes, without a folder or while the disk is not writable. Default 1 MiB. */
  memoryBytes?: number
  /** Maximum time for which a power failure may lose unacked readings, in ms; 0 syncs each one. Default 1000. */
  fsyncMs?: number
  /** The boot that monotonic times refer to. */
  boot: string
  mono: () => number
  files?: Files
  /** Called with the error when writing to the disk fails, and with null when it works again. */
  onFault?: (error: unknown) => void
}

/** Contents of a buffer. */
export interface BufferStats {
  /** Number of unacked readings. */
  unacked: number
  /** Those of them that have not been read since this run began. */
  waiting: number
  /** Bytes on the disk and in memory. */
  bytes: number
  segments: number
  /** Device time of the oldest segment with unacked readings; null if everything is acked. */
  oldest: number | null
  /** Number of the newest reading. */
  lastN: number
  /** Lost and not yet reported. */
  lost: Loss | null
  /** Whether the last write to the disk failed. */
  faulty: boolean
}

/** An append-only log of readings that survives crashes and power failures. */
export interface ReadingBuffer {
  /** Id of this run, with which the device sessions of its readings begin. */
  readonly run: string
  /** Numbers and stores a reading. Never fails because of the disk; throws `RangeError` above 2 MiB. */
  append (reading: NewReading, priority: Priority): Reading
  /** The unacked readings except this run's live ones, in order, each once. */
  readonly backlog: BacklogReader
  /** Removes readings; those of one device session must be passed in order. */
  acked (readings: readonly Reading[]): void
  /** Stores a report of the losses not yet reported, if there are any, in the backlog. */
  reportLoss (describe: (lost: Loss) => NewReading): Reading | null
  /** Stores the clock anchor of this boot, for readings that a later run sends. */
  setAnchor (anchor: number): void
  /** Platform time minus a boot's monotonic clock; null if unknown. */
  anchorOf (boot: string): number | null
  stats (): BufferStats
  close (): Promise<void>
}
