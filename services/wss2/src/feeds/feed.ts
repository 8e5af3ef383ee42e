import { comparePositions, isNext, positionOf, type LogPosition } from '@motience/schemas'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { Grant } from '../grants/grant-reader.js'

/** Limits of the live messages that a feed buffers while its log is read; the others are read from the log. */
const MAX_BUFFERED = 64
const MAX_BUFFERED_BYTES = 262_144

/** Collaborators of a feed. */
export interface FeedDependencies {
  deliver (message: LiveMessage): void
  /** A message does not follow the feed's position: the log has to be read from there. */
  catchUp (feed: Feed): void
  grantChanged (feed: Feed): void
}

/**
 * One producer on one connection: the position of the last message sent, and the live messages that are buffered while
 * the log is read. In state `live` the next message is sent immediately; in `reading` the log is read, and live
 * messages are buffered; in `waiting` the consumer has to send `resume` first, and live messages are left to the log.
 */
export class Feed {
  readonly producerId: number
  position: LogPosition
  /**
   * Whether no earlier message can exist: the log was empty when this connection read it, and everything published
   * since was received. Only then may an epoch begin without a `resumed` frame.
   */
  fresh: boolean
  state: 'live' | 'reading' | 'waiting' = 'live'
  /** Whether messages after `position` may have been published while the feed was `waiting`. */
  behind = false
  /** Whether the log has to be read once more after the current replay. */
  readAgain = false
  /** Number of the current replay; an older one that is still running has to stop. */
  replayNumber = 0
  readonly #dependencies: FeedDependencies
  #grant: Grant
  #firstEpoch: number | null = null
  #buffered: LiveMessage[] = []
  #bufferedBytes = 0

  constructor (producerId: number, grant: Grant, position: LogPosition, dependencies: FeedDependencies) {
    this.producerId = producerId
    this.#grant = grant
    this.position = positionOf(position)
    this.fresh = position.epoch === 0
    this.#dependencies = dependencies
  }

  get grant (): Grant { return this.#grant }

  set grant (grant: Grant) {
    this.#grant = grant
    this.#dependencies.grantChanged(this)
  }

  /** The oldest buffered message after `position`. */
  get firstBuffered (): LiveMessage | undefined {
    while (this.#buffered.length > 0 && comparePositions(this.#buffered[0]!, this.position) <= 0) {
      this.#bufferedBytes -= this.#buffered.shift()!.frame.length
    }
    return this.#buffered[0]
  }

  /** A message that was just published. */
  live (message: LiveMessage): void {
    if (this.fresh && message.epoch !== (this.#firstEpoch ??= message.epoch)) this.fresh = false
    if (this.state === 'waiting') {
      this.behind = true
    } else if (this.state === 'reading') {
      this.#buffer(message)
    } else if (isNext(this.position, message) || (this.fresh && message.offset === 1)) {
      this.#deliver(message)
    } else if (message.epoch !== this.position.epoch || message.offset > this.position.offset) {
      // an older epoch means a late message, or a log that has started over: the log shows which
      this.#buffer(message)
      this.#dependencies.catchUp(this)
    }
  }

  /** A message that was just published and that the grant may not cover: reading the log involves asking SM. */
  uncovered (message: LiveMessage): void {
    if (this.state === 'waiting') {
      this.behind = true
    } else if (comparePositions(message, this.position) > 0) {
      // buffered messages would be delivered without another check
      this.clearBuffer()
      if (this.state === 'live') this.#dependencies.catchUp(this)
      else this.readAgain = true
    }
  }

  /** Whether the first message of `epoch` is the first that the consumer could ever have received. */
  beginsWith (epoch: number): boolean {
    return this.fresh && (this.#firstEpoch ?? epoch) === epoch
  }

  /** Leaves messages published from now on to the log, until it is read or `goLive` is called. */
  wait (): void {
    this.behind ||= this.state === 'reading'
    this.state = 'waiting'
    this.replayNumber++
    this.clearBuffer()
  }

  /** The next message of the log. */
  replayed (message: LiveMessage): void {
    this.#deliver(message)
  }

  /** Moves to a position without delivering the messages before it. */
  skipTo (position: LogPosition): void {
    this.position = positionOf(position)
    this.fresh = false
  }

  /** The log has been read to its end: delivers the buffered messages. */
  goLive (): void {
    this.state = 'live'
    this.behind = false
    const buffered = this.#buffered
    this.clearBuffer()
    for (const message of buffered) this.live(message)
    if (!this.readAgain) return
    this.readAgain = false
    this.#dependencies.catchUp(this)
  }

  clearBuffer (): void {
    this.#buffered = []
    this.#bufferedBytes = 0
  }

  #deliver (message: LiveMessage): void {
    this.position = positionOf(message)
    this.fresh = false
    this.#dependencies.deliver(message)
  }

  #buffer (message: LiveMessage): void {
    const bytes = this.#bufferedBytes + message.frame.length
    if (this.#buffered.length >= MAX_BUFFERED || bytes > MAX_BUFFERED_BYTES) this.clearBuffer()
    this.#buffered.push(message)
    this.#bufferedBytes += message.frame.length
  }
}
