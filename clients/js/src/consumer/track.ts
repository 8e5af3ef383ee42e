import { comparePositions, positionOf, type LogPosition } from '@motience/schemas/protocol'
import type { Envelope, GapFrame, ResumedFrame } from '@motience/schemas'
import { follows } from './follows.js'

/** What the server says of one producer, in the order in which it counts. */
export type TrackFrame = Envelope | ResumedFrame | GapFrame

/** What a track asks of whoever owns it. */
export interface TrackSink {
  /** The next message, in order, once. */
  deliver (envelope: Envelope): void
  /** Where the server says that the stream goes on, in order with the messages. */
  resumed (frame: ResumedFrame): void
  /** Messages between two places are missing and nobody has them, or nobody is to be asked. */
  gap (gap: { epoch: number, from: number, to: number, reason: string }): void
  /** Get what lies between two places, both excluded, from history: `bridgeItem` for each, then `bridgeDone`. */
  bridge (after: LogPosition, before: LogPosition): void
  /** More came while history was read than may be held: connect anew, so that the server sends it again. */
  reconnect (): void
  /** The platform's log is behind what was seen: it is another one. Start again from here. */
  reset (place: LogPosition): void
}

export interface TrackOptions {
  /** Whether `bridge` may be asked for. */
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
export class Track {
  #place: LogPosition | null = null
  /** The place up to which history is being read. */
  #target: LogPosition | null = null
  #held: TrackFrame[] = []
  #overflowed = false
  #history: boolean

  constructor (private readonly sink: TrackSink, private readonly options: TrackOptions) {
    this.#history = options.history
  }

  /** Newest place that was delivered or passed; null before the first. */
  get place (): LogPosition | null { return this.#place }

  /** Takes up from a place that was kept. */
  restore (place: LogPosition): void {
    this.#place = positionOf(place)
  }

  /**
   * A connection is up whose messages follow `head`. Returns the place from which the server has to be asked, or null
   * where that is it.
   */
  connected (head: LogPosition): LogPosition | null {
    if (this.#target !== null) return before(this.#target)
    if (this.#place === null) {
      this.#place = positionOf(head)
      return null
    }
    // of a producer that had sent nothing a whole epoch may have come and gone
    return this.#place.epoch === 0 || comparePositions(this.#place, head) !== 0 ? this.#place : null
  }

  /** The connection is gone. What was held comes again. */
  disconnected (): void {
    this.#held = []
    this.#overflowed = false
  }

  /** The next frame of the connection. */
  frame (frame: TrackFrame): void {
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
  bridgeItem (envelope: Envelope): void {
    if (this.#target === null || comparePositions(envelope, this.#target) >= 0) return
    if (this.#place === null || comparePositions(envelope, this.#place) > 0) this.#deliver(envelope)
  }

  /** History has given what it has; what was held follows. */
  bridgeDone (): void {
    if (this.#target === null) return
    const end = before(this.#target)
    if (this.#place === null || comparePositions(this.#place, end) < 0) this.#place = end
    this.#target = null
    if (this.#overflowed) this.sink.reconnect()
    else this.#release()
  }

  #data (envelope: Envelope): void {
    const place = this.#place
    if (place !== null && comparePositions(envelope, place) <= 0) return
    if (place === null || follows(place, envelope) || this.options.sparse) {
      this.#deliver(envelope)
    } else if (this.#history) {
      this.#bridge(envelope)
      this.#hold(envelope)
    } else {
      const from = envelope.epoch === place.epoch ? place.offset + 1 : 1
      if (envelope.offset > from) {
        this.sink.gap({ epoch: envelope.epoch, from, to: envelope.offset - 1, reason: 'not announced' })
      }
      this.#deliver(envelope)
    }
  }

  #resumed (frame: ResumedFrame): void {
    this.sink.resumed(frame)
    const end = { epoch: frame.epoch, offset: frame.to }
    const ahead = this.#place === null ? 1 : comparePositions(end, this.#place)
    if (ahead > 0 && !frame.recovered && this.#history) {
      this.#bridge({ epoch: frame.epoch, offset: frame.to + 1 })
    } else if (ahead > 0) {
      this.#place = end
    } else if (ahead < 0 && !frame.recovered) {
      this.#place = end
      this.sink.reset(end)
    }
  }

  #gap ({ epoch, from, to, reason }: GapFrame): void {
    const end = { epoch, offset: to }
    if (this.#place !== null && comparePositions(end, this.#place) <= 0) return
    this.#place = end
    this.sink.gap({ epoch, from, to, reason })
  }

  #deliver (envelope: Envelope): void {
    this.#place = positionOf(envelope)
    this.sink.deliver(envelope)
  }

  #bridge (target: LogPosition): void {
    this.#target = positionOf(target)
    this.sink.bridge(this.#place ?? { epoch: 0, offset: 0 }, this.#target)
  }

  #hold (frame: TrackFrame): void {
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
