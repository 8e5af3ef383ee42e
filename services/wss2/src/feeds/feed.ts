import { comparePositions, isNext, positionOf, type LogPosition } from '@motience/schemas'
import type { Grant } from '../grants/grant-reader.js'
import type { LiveMessage } from '../fan-out/live-message.js'

/**
 * Most live messages, and most of their bytes, that one feed holds back while its log is read; what is left out is read
 * from the log.
 */
const MAX_HELD = 64
const MAX_HELD_BYTES = 262_144

/** What a feed asks of its session. */
export interface FeedSink {
  deliver (message: LiveMessage): void
  /** The next message is not the one that follows: the log has to be read from `position` on. */
  catchUp (feed: Feed): void
  /** The feed has another grant. */
  granted (feed: Feed): void
}

/**
 * One producer on one connection: the last position that the consumer was given, and what is held back while the log is
 * read. `live`: what follows is delivered at once. `reading`: the log is read, live messages wait. `waiting`: for the
 * consumer's `resume`; live messages are left to the log.
 */
export class Feed {
  readonly producerId: number
  position: LogPosition
  /**
   * Whether nothing can have been before the next message: on this connection the log was seen to have none, and
   * whatever was published since was heard. Only then does an epoch begin without a word.
   */
  fresh: boolean
  state: 'live' | 'reading' | 'waiting' = 'live'
  /** Whether the log may have messages behind `position` that were published while the feed was `waiting`. */
  behind = false
  /** Whether the log has to be read once more after the present reading. */
  again = false
  /** Number of the replay that counts; an older one that is still under way has to end. */
  job = 0
  readonly #sink: FeedSink
  #grant: Grant
  #firstEpoch: number | null = null
  #held: LiveMessage[] = []
  #heldBytes = 0

  constructor (producerId: number, grant: Grant, position: LogPosition, sink: FeedSink) {
    this.producerId = producerId
    this.#grant = grant
    this.position = positionOf(position)
    this.fresh = position.epoch === 0
    this.#sink = sink
  }

  get grant (): Grant { return this.#grant }

  set grant (grant: Grant) {
    this.#grant = grant
    this.#sink.granted(this)
  }

  /** The oldest message that is held back beyond `position`. */
  get firstHeld (): LiveMessage | undefined {
    while (this.#held.length > 0 && comparePositions(this.#held[0]!, this.position) <= 0) { this.#heldBytes -= this.#held.shift()!.frame.length }
    return this.#held[0]
  }

  /** A message that was just published. */
  live (message: LiveMessage): void {
    if (this.fresh && message.epoch !== (this.#firstEpoch ??= message.epoch)) this.fresh = false
    if (this.state === 'waiting') {
      this.behind = true
    } else if (this.state === 'reading') {
      this.#hold(message)
    } else if (isNext(this.position, message) || (this.fresh && message.offset === 1)) {
      this.#deliver(message)
    } else if (message.epoch !== this.position.epoch || message.offset > this.position.offset) {
      // one of an older epoch is a straggler, or all that the log holds began anew: the log tells
      this.#hold(message)
      this.#sink.catchUp(this)
    }
  }

  /** A message that was just published, and that the grant is not known to cover: the log is read, where SM is asked. */
  uncovered (message: LiveMessage): void {
    if (this.state === 'waiting') {
      this.behind = true
    } else if (comparePositions(message, this.position) > 0) {
      // what is held back is delivered without another question
      this.dropHeld()
      if (this.state === 'live') this.#sink.catchUp(this)
      else this.again = true
    }
  }

  /** Whether the first message of `epoch` is the first of all that its consumer could see. */
  beginsWith (epoch: number): boolean {
    return this.fresh && (this.#firstEpoch ?? epoch) === epoch
  }

  /** Leaves what is published from now on to the log, until it is read or `goLive` is called. */
  wait (): void {
    this.behind ||= this.state === 'reading'
    this.state = 'waiting'
    this.job++
    this.dropHeld()
  }

  /** The next message of the log. */
  replayed (message: LiveMessage): void {
    this.#deliver(message)
  }

  /** Moves on to a position without delivering what lies before it. */
  skipTo (position: LogPosition): void {
    this.position = positionOf(position)
    this.fresh = false
  }

  /** The log has given what it has: what was held back follows. */
  goLive (): void {
    this.state = 'live'
    this.behind = false
    const held = this.#held
    this.dropHeld()
    for (const message of held) this.live(message)
    if (!this.again) return
    this.again = false
    this.#sink.catchUp(this)
  }

  dropHeld (): void {
    this.#held = []
    this.#heldBytes = 0
  }

  #deliver (message: LiveMessage): void {
    this.position = positionOf(message)
    this.fresh = false
    this.#sink.deliver(message)
  }

  #hold (message: LiveMessage): void {
    if (this.#held.length >= MAX_HELD || this.#heldBytes + message.frame.length > MAX_HELD_BYTES) this.dropHeld()
    this.#held.push(message)
    this.#heldBytes += message.frame.length
  }
}
