import { comparePositions, positionOf, type LogPosition } from '@motience/schemas/protocol'
import type { Envelope, GapFrame, ResumedFrame } from '@motience/schemas'
import { follows } from './follows.js'

/** A frame about one producer; their order matters. */
export type StreamFrame = Envelope | ResumedFrame | GapFrame

/** Callbacks of a stream to its owner. */
export interface StreamHandlers {
  /** Delivers the next message, in order and once. */
  deliver (envelope: Envelope): void
  /** Reports where the server resumed the stream, in order with the messages. */
  resumed (frame: ResumedFrame): void
  /** Reports missing messages that are unavailable, or not to be read from history. */
  gap (gap: { epoch: number, from: number, to: number, reason: string }): void
  /** Requests the messages between two positions, both excluded: `backfillMessage` each, then `backfillDone`. */
  backfill (after: LogPosition, before: LogPosition): void
  /** Too many messages arrived while reading history: reconnect, so that the server sends them again. */
  reconnect (): void
  /** The platform's log is behind the stream, so it has been replaced: restart from this position. */
  reset (position: LogPosition): void
}

export interface ProducerStreamOptions {
  /** Whether `backfill` is available. */
  history: boolean
  /** Whether gaps in offsets are expected (`slow: 'latest'`). */
  sparse: boolean
  /** Maximum number of frames held back while history is read. */
  maxHeld: number
}

const before = ({ epoch, offset }: LogPosition): LogPosition => ({ epoch, offset: Math.max(0, offset - 1) })

/**
 * The messages of one producer. The server sends them in order and reports gaps, which are filled from history while
 * new messages are held back.
 */
export class ProducerStream {
  #position: LogPosition | null = null
  /** End of the gap that is being filled, excluded. */
  #target: LogPosition | null = null
  #held: StreamFrame[] = []
  #overflowed = false
  #history: boolean

  constructor (private readonly handlers: StreamHandlers, private readonly options: ProducerStreamOptions) {
    this.#history = options.history
  }

  /** Newest position that was delivered or skipped; null before the first. */
  get position (): LogPosition | null { return this.#position }

  /** Continues from a saved position. */
  restore (position: LogPosition): void {
    this.#position = positionOf(position)
  }

  /**
   * A connection is up whose messages follow `head`. Returns the position from which the server has to be asked, or
   * null where that is it.
   */
  connected (head: LogPosition): LogPosition | null {
    if (this.#target !== null) return before(this.#target)
    if (this.#position === null) {
      this.#position = positionOf(head)
      return null
    }
    // A producer without messages may have had a whole epoch in the meantime.
    return this.#position.epoch === 0 || comparePositions(this.#position, head) !== 0 ? this.#position : null
  }

  /** The connection is lost. Held frames will be sent again. */
  disconnected (): void {
    this.#held = []
    this.#overflowed = false
  }

  /** Handles the next frame of the connection. */
  frame (frame: StreamFrame): void {
    if (this.#target !== null) this.#hold(frame)
    else if (frame.type === 'data') this.#data(frame)
    else if (frame.type === 'resumed') this.#resumed(frame)
    else this.#gap(frame)
  }

  /** Access has ended, so history is unavailable: held messages are delivered, and gaps reported. */
  end (): void {
    this.#target = null
    this.#history = false
    this.#release()
  }

  /** Handles one message from history. */
  backfillMessage (envelope: Envelope): void {
    if (this.#target === null || comparePositions(envelope, this.#target) >= 0) return
    if (this.#position === null || comparePositions(envelope, this.#position) > 0) this.#deliver(envelope)
  }

  /** History is complete; held frames follow. */
  backfillDone (): void {
    if (this.#target === null) return
    const end = before(this.#target)
    if (this.#position === null || comparePositions(this.#position, end) < 0) this.#position = end
    this.#target = null
    if (this.#overflowed) this.handlers.reconnect()
    else this.#release()
  }

  #data (envelope: Envelope): void {
    const position = this.#position
    if (position !== null && comparePositions(envelope, position) <= 0) return
    if (position === null || follows(position, envelope) || this.options.sparse) {
      this.#deliver(envelope)
    } else if (this.#history) {
      this.#backfill(envelope)
      this.#hold(envelope)
    } else {
      const from = envelope.epoch === position.epoch ? position.offset + 1 : 1
      if (envelope.offset > from) {
        this.handlers.gap({ epoch: envelope.epoch, from, to: envelope.offset - 1, reason: 'not announced' })
      }
      this.#deliver(envelope)
    }
  }

  #resumed (frame: ResumedFrame): void {
    this.handlers.resumed(frame)
    const end = { epoch: frame.epoch, offset: frame.to }
    const ahead = this.#position === null ? 1 : comparePositions(end, this.#position)
    if (ahead > 0 && !frame.recovered && this.#history) {
      this.#backfill({ epoch: frame.epoch, offset: frame.to + 1 })
    } else if (ahead > 0) {
      this.#position = end
    } else if (ahead < 0 && !frame.recovered) {
      this.#position = end
      this.handlers.reset(end)
    }
  }

  #gap ({ epoch, from, to, reason }: GapFrame): void {
    const end = { epoch, offset: to }
    if (this.#position !== null && comparePositions(end, this.#position) <= 0) return
    this.#position = end
    this.handlers.gap({ epoch, from, to, reason })
  }

  #deliver (envelope: Envelope): void {
    this.#position = positionOf(envelope)
    this.handlers.deliver(envelope)
  }

  #backfill (target: LogPosition): void {
    this.#target = positionOf(target)
    this.handlers.backfill(this.#position ?? { epoch: 0, offset: 0 }, this.#target)
  }

  #hold (frame: StreamFrame): void {
    if (this.#overflowed) return
    this.#held.push(frame)
    if (this.#held.length <= this.options.maxHeld) return
    this.#held = []
    this.#overflowed = true
  }

  #release (): void {
    const held = this.#held
    this.#held = []
    for (const frame of held) this.frame(frame)
  }
}
