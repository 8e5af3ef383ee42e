import type { LogEntry, LogHead, LogPage } from '@motience/broker'
import { comparePositions, isNext, type LogPosition, type ResumedFrame, type ResumedReason } from '@motience/schemas'
import type { Feed } from '../feeds/feed.js'
import { toMessage, type LiveMessage } from '../fan-out/live-message.js'

/** What a replay needs of its session. */
export interface ReplayDependencies {
  /** Resolves when the consumer takes more; false once the replay is not wanted any more. */
  whenWritable (): Promise<boolean>
  readonly writable: boolean
  /**
   * Entries after the feed's position which its consumer may ask for, with `feed.grant` not older than them; null where it
   * may not, or is gone.
   */
  read (feed: Feed, limit: number): Promise<LogPage | null>
  frame (frame: ResumedFrame): void
}

/** Bytes that one read of the log should give, and the bounds of how many entries that may be. */
const PAGE_BYTES = 131_072
const FIRST_PAGE = 32
const MAX_PAGE = 500

/**
 * Brings one feed from its position to the log's head and lets it go live, without a hole or a repeat.
 *
 * Each message is the next offset after the one before; where it is not, a `resumed` frame stands before it:
 * `recovered: false` where something is missing or a new epoch begins, `recovered: true` where entries are passed over
 * that were accepted before the subscription was active, to which the consumer has no claim. One more ends a replay
 * that the consumer asked for (`resume`).
 */
export class Replay {
  readonly #feed: Feed
  readonly #dependencies: ReplayDependencies
  readonly #asked: boolean
  #recovered = true
  #from: number | null = null
  #pageSize = FIRST_PAGE
  /** Whether entries were passed over since the last one that was sent. */
  #hidden = false
  /** Head of a log that is behind the position that was asked for, and will not be continued. */
  #behind: LogPosition | null = null

  constructor (feed: Feed, dependencies: ReplayDependencies, asked: boolean) {
    this.#feed = feed
    this.#dependencies = dependencies
    this.#asked = asked
  }

  /** Resolves to the outcome once the feed is live, to null where the replay was given up. */
  async run (): Promise<'recovered' | 'unrecovered' | null> {
    const feed = this.#feed
    for (;;) {
      if (!await this.#dependencies.whenWritable()) return null
      const heldBefore = feed.firstHeld
      const positionBefore = feed.position
      const page = await this.#dependencies.read(feed, this.#pageSize)
      if (page === null) return null
      const through = this.#take(page)
      const held = feed.firstHeld
      if (held === undefined ? through : isNext(feed.position, held)) break
      if (held !== undefined && through && held === heldBefore && comparePositions(positionBefore, feed.position) === 0) {
        // it was published, and yet the log neither has it nor what came before it
        this.#break(
          { epoch: held.epoch, offset: held.offset - 1 },
          held.epoch === feed.position.epoch ? 'trimmed' : 'epoch'
        )
        break
      }
    }
    if (this.#asked) this.#end()
    else if (this.#hidden) this.#announce(true)
    feed.goLive()
    return this.#recovered ? 'recovered' : 'unrecovered'
  }

  /** Delivers a page; true where it was the last one that the log has now. */
  #take (page: LogPage): boolean {
    const { head, entries } = page
    const position = this.#feed.position
    if (head.epoch === position.epoch) return this.#takeCurrent(page)
    if (head.epoch < position.epoch) return this.#startOver(head, { epoch: head.epoch, offset: 0 })
    const passed = this.#deliver(entries, true)
    if (passed > 0 || (entries.length > 0 && !this.#dependencies.writable)) return false
    const start = { epoch: head.epoch, offset: 0 }
    if (this.#feed.beginsWith(head.epoch)) this.#feed.skipTo(start)
    else this.#break(start, 'epoch')
    return false
  }

  #takeCurrent ({ head, entries, reachesBack }: LogPage): boolean {
    const feed = this.#feed
    const first = entries[0]
    if (head.offset < feed.position.offset) return this.#startOver(head, head)
    if (!reachesBack) {
      const before = { epoch: head.epoch, offset: (first?.offset ?? head.offset + 1) - 1 }
      // what was dropped is older than the first entry: where that one is not for this consumer, neither was the rest
      if (first !== undefined && first.version < feed.grant.activatedVersion) this.#pass(before)
      else this.#break(before, 'trimmed')
    }
    const passed = this.#deliver(entries, false)
    if (entries.length > 0) this.#pageSize = pageSizeFor(entries)
    return passed === entries.length && feed.position.offset >= head.offset
  }

  /** Delivers entries as long as each follows and the socket takes them; returns how many were passed. */
  #deliver (entries: readonly LogEntry[], oldEpoch: boolean): number {
    const feed = this.#feed
    let passed = 0
    for (const entry of entries) {
      if (!this.#dependencies.writable) break
      if (!isNext(feed.position, entry)) {
        if (oldEpoch) break
        this.#break({ epoch: entry.epoch, offset: entry.offset - 1 }, 'trimmed')
      }
      const message = toMessage(entry.text)
      if (entry.version < feed.grant.activatedVersion || message === null) this.#pass(entry)
      else this.#send(message)
      passed++
    }
    return passed
  }

  #send (message: LiveMessage): void {
    if (this.#hidden) this.#announce(true)
    this.#hidden = false
    this.#from ??= message.offset
    this.#feed.replayed(message)
  }

  #pass (position: LogPosition): void {
    this.#feed.skipTo(position)
    this.#hidden = true
  }

  /** The log is behind: the position is none of its own, or it lost its end and will get a new epoch. */
  #startOver (head: LogHead, position: LogPosition): boolean {
    if (head.verified) {
      this.#break(position, head.epoch === this.#feed.position.epoch ? 'position' : 'epoch')
      return comparePositions(this.#feed.position, head) >= 0
    }
    this.#recovered = false
    if (this.#asked) this.#behind = head
    return true
  }

  /** Moves to a position between which and the present one something may be missing. */
  #break (position: LogPosition, reason: ResumedReason): void {
    this.#feed.skipTo(position)
    this.#recovered = false
    this.#hidden = false
    this.#behind = null
    this.#announce(false, reason)
  }

  /** Says where the stream goes on, before the next message. */
  #announce (recovered: boolean, reason?: ResumedReason): void {
    this.#from = null
    const { epoch, offset } = this.#feed.position
    this.#frame({ recovered, epoch, from: offset + 1, to: offset, ...reason === undefined ? {} : { reason } })
  }

  /** Says that a replay is through, and what was sent since the last frame that said where the stream goes on. */
  #end (): void {
    const { epoch, offset } = this.#feed.position
    const from = this.#from ?? offset + 1
    if (this.#behind === null) {
      this.#frame({ recovered: true, epoch, from, to: offset })
      return
    }
    this.#frame({ recovered: false, epoch, from: offset + 1, to: offset, reason: 'position' })
    // a position that this log never reached may be anyone's invention: what comes next is compared with the log's own
    // head, but follows on nothing
    this.#feed.skipTo({ epoch: this.#behind.epoch, offset: Math.max(1, this.#behind.offset) })
  }

  #frame (frame: Omit<ResumedFrame, 'type' | 'producer_id'>): void {
    this.#dependencies.frame({ type: 'resumed', producer_id: this.#feed.producerId, ...frame })
  }
}

const pageSizeFor = (entries: readonly LogEntry[]): number => {
  let bytes = 0
  for (const { text } of entries) bytes += text.length
  return Math.min(MAX_PAGE, Math.max(1, Math.floor(PAGE_BYTES / (bytes / entries.length))))
}
