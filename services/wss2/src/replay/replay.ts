import type { LogEntry, LogHead, LogPage } from '@motience/broker'
import { comparePositions, isNext, type LogPosition, type ResumedFrame, type ResumedReason } from '@motience/schemas'
import { toMessage, type LiveMessage } from '../fan-out/live-message.js'
import type { Feed } from '../feeds/feed.js'
import type { ReplayDependencies } from './replay-dependencies.js'

/** Intended size of a page in bytes, and limits on its number of entries. */
const PAGE_BYTES = 131_072
const FIRST_PAGE = 32
const MAX_PAGE = 500

/**
 * Brings one feed from its position to the log's head, without a gap or a repeat, and lets it go live.
 *
 * Each message has the next offset after the one before. Otherwise a `resumed` frame precedes it: with `recovered:
 * false` if messages are missing or a new epoch begins, with `recovered: true` if the entries skipped were accepted
 * before the subscription was active. A replay that the consumer requested by `resume` ends with another `resumed`
 * frame.
 */
export class Replay {
  readonly #feed: Feed
  readonly #dependencies: ReplayDependencies
  readonly #requested: boolean
  #recovered = true
  #from: number | null = null
  #pageSize = FIRST_PAGE
  /** Whether entries were skipped since the last message that was sent. */
  #hasSkipped = false
  /** Head of a log that ends before the requested position, and that will not be continued. */
  #shorterLog: LogPosition | null = null

  constructor (feed: Feed, dependencies: ReplayDependencies, requested: boolean) {
    this.#feed = feed
    this.#dependencies = dependencies
    this.#requested = requested
  }

  /** Resolves to the outcome once the feed is live, or to null if the replay was abandoned. */
  async run (): Promise<'recovered' | 'unrecovered' | null> {
    const feed = this.#feed
    for (;;) {
      if (!await this.#dependencies.whenWritable()) return null
      const bufferedBefore = feed.firstBuffered
      const positionBefore = feed.position
      const page = await this.#dependencies.read(feed, this.#pageSize)
      if (page === null) return null
      const atEnd = this.#take(page)
      const buffered = feed.firstBuffered
      if (buffered === undefined ? atEnd : isNext(feed.position, buffered)) break
      const hasMoved = buffered !== bufferedBefore || comparePositions(positionBefore, feed.position) !== 0
      if (buffered !== undefined && atEnd && !hasMoved) {
        // it was published, but the log contains neither it nor the messages before it
        this.#break(
          { epoch: buffered.epoch, offset: buffered.offset - 1 },
          buffered.epoch === feed.position.epoch ? 'trimmed' : 'epoch'
        )
        break
      }
    }
    if (this.#requested) this.#end()
    else if (this.#hasSkipped) this.#announce(true)
    feed.goLive()
    return this.#recovered ? 'recovered' : 'unrecovered'
  }

  /** Delivers a page; returns whether it reached the log's end. */
  #take (page: LogPage): boolean {
    const { head, entries } = page
    const { position } = this.#feed
    if (head.epoch === position.epoch) return this.#takeCurrent(page)
    if (head.epoch < position.epoch) return this.#startOver(head, { epoch: head.epoch, offset: 0 })
    const taken = this.#deliver(entries, true)
    if (taken > 0 || (entries.length > 0 && !this.#dependencies.writable)) return false
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
      // trimmed entries are older than the first one: if the grant does not cover that, it does not cover them either
      if (first !== undefined && first.version < feed.grant.activatedVersion) this.#skip(before)
      else this.#break(before, 'trimmed')
    }
    const taken = this.#deliver(entries, false)
    if (entries.length > 0) this.#pageSize = pageSizeFor(entries)
    return taken === entries.length && feed.position.offset >= head.offset
  }

  /** Delivers consecutive entries while the socket accepts them; returns how many were sent or skipped. */
  #deliver (entries: readonly LogEntry[], oldEpoch: boolean): number {
    const feed = this.#feed
    let taken = 0
    for (const entry of entries) {
      if (!this.#dependencies.writable) break
      if (!isNext(feed.position, entry)) {
        if (oldEpoch) break
        this.#break({ epoch: entry.epoch, offset: entry.offset - 1 }, 'trimmed')
      }
      const message = toMessage(entry.text)
      if (entry.version < feed.grant.activatedVersion || message === null) this.#skip(entry)
      else this.#send(message)
      taken++
    }
    return taken
  }

  #send (message: LiveMessage): void {
    if (this.#hasSkipped) this.#announce(true)
    this.#hasSkipped = false
    this.#from ??= message.offset
    this.#feed.replayed(message)
  }

  #skip (position: LogPosition): void {
    this.#feed.skipTo(position)
    this.#hasSkipped = true
  }

  /** The log ends before the feed's position: it never contained it, or it lost its end and will get a new epoch. */
  #startOver (head: LogHead, position: LogPosition): boolean {
    if (head.verified) {
      this.#break(position, head.epoch === this.#feed.position.epoch ? 'position' : 'epoch')
      return comparePositions(this.#feed.position, head) >= 0
    }
    this.#recovered = false
    if (this.#requested) this.#shorterLog = head
    return true
  }

  /** Moves to a position before which messages may be missing, and announces it. */
  #break (position: LogPosition, reason: ResumedReason): void {
    this.#feed.skipTo(position)
    this.#recovered = false
    this.#hasSkipped = false
    this.#shorterLog = null
    this.#announce(false, reason)
  }

  /** Announces where the stream continues, before the next message. */
  #announce (recovered: boolean, reason?: ResumedReason): void {
    this.#from = null
    const { epoch, offset } = this.#feed.position
    this.#frame({ recovered, epoch, from: offset + 1, to: offset, ...reason === undefined ? {} : { reason } })
  }

  /** Announces the end of a replay, with the range sent since the last announcement. */
  #end (): void {
    const { epoch, offset } = this.#feed.position
    const from = this.#from ?? offset + 1
    if (this.#shorterLog === null) {
      this.#frame({ recovered: true, epoch, from, to: offset })
      return
    }
    this.#frame({ recovered: false, epoch, from: offset + 1, to: offset, reason: 'position' })
    // a position that the log never reached may be made up by the client: the next message is compared with the log's
    // own head, but must not count as its continuation
    this.#feed.skipTo({ epoch: this.#shorterLog.epoch, offset: Math.max(1, this.#shorterLog.offset) })
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
