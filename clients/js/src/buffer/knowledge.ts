import { encodeLine } from './line.js'
import { encodeState, type BufferState, type Lost } from './record.js'

/** What a buffer knows beside its readings. Each file begins with it, so that the newest alone tells all. */
export interface Knowledge {
  readonly run: string
  readonly boot: string
  /** Number of the next reading. */
  next: number
  /** Last number of the segment before the active one. */
  prev: number
  /** By session: every reading up to this number is acked. */
  readonly acked: Map<string, number>
  /** The sessions of which the active file does not tell the latest ack yet. */
  readonly unnoted: Set<string>
  /** By boot: the platform's time minus the boot's monotonic clock. */
  readonly anchors: Map<string, number>
  /** Lost and not yet reported. */
  lost: Lost | null
  /** Up to here, damage is counted in `lost`. */
  readonly damageTo: number
  /** Segments up to here were dropped. */
  droppedTo: number
}

/** A line that tells of a part of what is known. */
export const encodeNote = (state: BufferState): Buffer => encodeLine(encodeState(state))

/** A line that tells everything. */
export const encodeKnowledge = ({
  run, boot, next, prev, acked, anchors, lost, damageTo, droppedTo
}: Knowledge): Buffer =>
  encodeNote({
    run,
    boot,
    next,
    prev,
    acked: Object.fromEntries(acked),
    anchors: Object.fromEntries(anchors),
    lost,
    damageTo,
    droppedTo
  })
