import { comparePositions, positionOf, type LogPosition } from '@motience/schemas/protocol'
import type { Envelope, GapFrame, ResumedFrame } from '@motience/schemas'
import { follows } from './follows.js'

/** What the server says of one producer, in the order in which it counts. */
export type StreamFrame = Envelope | ResumedFrame | GapFrame

/** What a track asks of whoever owns it. */
export interface StreamHandlers {
  /** The next message, in order, once. */
  deliver (envelope: Envelope): void
  /** Where the server says that the stream goes on, in order with the messages. */
  resumed (frame: ResumedFrame): void
  /** Messages between two positions are missing and nobody has them, or nobody is to be asked. */
  gap (gap: { epoch: number, from: number, to: number, reason: string }): void
  /** Get what lies between two positions, both excluded, from history: `bridgeItem` for each, then `bridgeDone`. */
  backfill (after: LogPosition, before: LogPosition): void
  /** More came while history was read than may be held: connect anew, so that the server sends it again. */
  reconnect (): void
  /** The platform's log is behind what was seen: it is another one. Start again from here. */
  reset (position: LogPosition): void
}

export interface ProducerStreamOptions {
  /** Whether `backfill` may be asked for. */
  history: boolean
  /** Whether holes are what the server was asked for (`slow: 'latest'`). */
  sparse: boolean
  /** Most frames held back while history is read. */
  maxHeld: number
}

const before = ({ epoch, offset }: LogPosition): LogPosition => ({ epoch, offset: Math.max(0, offset - 1) })

/**
 * One producer's messages. The server sends them in order and says where something is missing; what is missing is read
 * from history, and what comes meanwhile waits.
 */
export class ProducerStream {
  #position: LogPosition | null = null
  /** The position up to which history is being read. */
  #target: LogPosition | null = null
  #held: StreamFrame[] = []
  #overflowed = false
  #history: boolean

  constructor (private readonly handlers: StreamHandlers, private readonly options: ProducerStreamOptions) {
    this.#history = options.history
  }

  /** Newest position that was delivered or passed; null before the first. */
  get position (): LogPosition | null { return this.#position }

  /** Takes up from a position that was kept. */
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
    // of a producer that had sent nothing a whole epoch may have come and gone
    return this.#position.epoch === 0 || comparePositions(this.#position, head) !== 0 ? this.#position : null
  }

  /** The connection is gone. What was held comes again. */
  disconnected (): void {
    this.#held = []
    this.#overflowed = false
  }

  /** The next frame of the connection. */
  frame (frame: StreamFrame): void {
    if (this.#target !== null) this.#hold(frame)
    else if (frame.type === 'data') this.#data(frame)
    else if (frame.type === 'resumed') this.#resumed(frame)
    else this.#gap(frame)
  }

  /** Access has ended, so that history will not come: what is held is delivered, and gaps told. */
  end (): void {
    this.#target = null
    this.#history = false
    this.#release()
  }

  /** One message from history. */
  backfillMessage (envelope: Envelope): void {
    if (this.#target === null || comparePositions(envelope, this.#target) >= 0) return
    if (this.#position === null || comparePositions(envelope, this.#position) > 0) this.#deliver(envelope)
  }

  /** History has given what it has; what was held follows. */
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
