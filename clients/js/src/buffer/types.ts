import type { Files } from './files.js'
import type { BacklogReader } from './reader.js'
import type { Priority, Lost, NewReading, Reading } from './record.js'

/** How a buffer keeps what it is given. */
export interface BufferOptions {
  /** Folder of the segments, made if need be; null keeps everything in memory. Only one buffer may use it at a time. */
  dir: string | null
  /** Most bytes on the disk, at least 1 MiB; past it the oldest segment is dropped. Default 128 MiB. */
  capBytes?: number
  /** Most bytes in memory, where there is no folder or the disk takes nothing. Default 1 MiB. */
  memoryBytes?: number
  /** Most milliseconds that an unacked reading may be lost to a power cut; 0 syncs each one. Default 1000. */
  fsyncMs?: number
  /** The device's boot, on which monotonic times count. */
  boot: string
  mono: () => number
  files?: Files
  /** Told when the disk stops taking readings, with the reason, and (null) when it takes them again. */
  onFault?: (error: unknown) => void
}

/** What is in a buffer now. */
export interface BufferStats {
  /** Readings that are not acked. */
  unacked: number
  /** Those of them that nothing has been done with since this run began. */
  waiting: number
  /** Bytes on the disk and in memory. */
  bytes: number
  segments: number
  /** The device's time of the oldest unacked reading's segment; null where everything is acked. */
  oldest: number | null
  /** Number of the newest reading. */
  lastN: number
  /** Lost and not yet reported. */
  lost: Lost | null
  /** Whether the disk takes readings. */
  faulty: boolean
}

/** An append-only log of readings that survives crashes and power cuts. */
export interface ReadingBuffer {
  /** Names this run: its readings' sessions begin with it. */
  readonly run: string
  /** Numbers and stores a reading. Never fails for a disk; throws `RangeError` for a reading over 2 MiB. */
  append (reading: NewReading, lane: Priority): Reading
  /** The unacked readings but for this run's live ones, in order, each once. */
  readonly backlog: BacklogReader
  /** Forgets readings, of which those of one session have to come in order. */
  acked (readings: readonly Reading[]): void
  /** Where something was lost, stores a reading that says so, in the backlog's lane. */
  reportLost (describe: (lost: Lost) => NewReading): Reading | null
  /** Keeps the platform's time on this boot, for readings that are sent by a later run. */
  setAnchor (anchor: number): void
  /** The platform's time minus a boot's monotonic clock; null where it was never known. */
  anchorOf (boot: string): number | null
  stats (): BufferStats
  close (): Promise<void>
}
