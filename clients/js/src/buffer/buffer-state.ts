import { encodeLine } from './line.js'
import { encodeState, type StateRecord, type Loss } from './record.js'

/** State of a buffer besides its readings. Each file begins with it, so that the newest file is sufficient. */
export interface BufferState {
  readonly run: string
  readonly boot: string
  /** Number of the next reading. */
  next: number
  /** Last number of the segment before the active one. */
  prev: number
  /** By session: every reading up to this number is acked. */
  readonly acked: Map<string, number>
  /** Sessions whose latest ack is not in the active file yet. */
  readonly unrecordedAcks: Set<string>
  /** By boot: platform time minus the boot's monotonic clock. */
  readonly anchors: Map<string, number>
  /** Lost and not yet reported. */
  lost: Loss | null
  /** Damage up to this number is included in `lost`. */
  readonly damageTo: number
  /** Segments up to this number were dropped. */
  droppedTo: number
}

/** A line with a part of the state. */
export const encodeStateLine = (state: StateRecord): Buffer => encodeLine(encodeState(state))

/** A line with the whole state. */
export const encodeFullState = ({
  run, boot, next, prev, acked, anchors, lost, damageTo, droppedTo
}: BufferState): Buffer =>
  encodeStateLine({
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
