import type { LogEntry, LogHead, LogPage, Place } from '@motience/kit'
import type { ResumedFrame } from '@motience/schemas'
import type { Feed } from './feed.js'
import { toMessage, type LiveMessage } from './message.js'
import { comparePlaces, follows } from './place.js'

/** What a replay needs of its session. */
export interface ReplayHost {
  /** Resolves when the consumer takes more; false once the replay is not wanted any more. */
  whenWritable (): Promise<boolean>
  readonly writable: boolean
  /** Entries after the feed's place which its consumer may ask for, with `feed.grant` not older than them; null where it may not, or is gone. */
  read (feed: Feed, limit: number): Promise<LogPage | null>
  frame (frame: ResumedFrame): void
}

/** Bytes that one read of the log should give, and the bounds of how many entries that may be. */
const PAGE_BYTES = 131_072
const FIRST_PAGE = 32
const MAX_PAGE = 500

/**
 * Brings one feed from its place to the log's head and lets it go live, without a hole or a repeat.
 *
 * Where the consumer asked for it (`resume`), one `resumed` frame ends it. Where it did not, there is a frame only if the
 * messages do not simply follow: `resumed` stands before the first one behind the break. Entries that were accepted
 * before the subscription was active are passed over: the consumer has no claim to them.
 */
export class Replay {
  readonly #feed: Feed
  readonly #host: ReplayHost
  readonly #asked: boolean
  #recovered = true
  #from: number | null = null
  #pageSize = FIRST_PAGE
  /** Whether entries were passed over since the last one that was sent. */
  #hidden = false
  /** Head of a log that is behind the position that was asked for, and will not be continued. */
  #behind: Place | null = null

  constructor (feed: Feed, host: ReplayHost, asked: boolean) {
    this.#feed = feed
    this.#host = host
    this.#asked = asked
  }

  /** Resolves to the outcome once the feed is live, to null where the replay was given up. */
  async run (): Promise<'recovered' | 'unrecovered' | null> {
    const feed = this.#feed
    for (;;) {
      if (!await this.#host.whenWritable()) return null
      const heldBefore = feed.firstHeld
      const placeBefore = feed.place
      const page = await this.#host.read(feed, this.#pageSize)
      if (page === null) return null
      const through = this.#take(page)
      const held = feed.firstHeld
      if (held === undefined ? through : follows(feed.place, held)) break
      if (held !== undefined && through && held === heldBefore && comparePlaces(placeBefore, feed.place) === 0) {
        // it was published, and yet the log neither has it nor what came before it
        this.#break({ epoch: held.epoch, offset: held.offset - 1 })
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
    const place = this.#feed.place
    if (head.epoch === place.epoch) return this.#takeCurrent(page)
    if (head.epoch < place.epoch) return this.#startOver(head, { epoch: head.epoch, offset: 0 })
    const passed = this.#deliver(entries, true)
    if (passed > 0 || (entries.length > 0 && !this.#host.writable)) return false
    // no message was ever before the first epoch, nor since the consumer was told that there is none
    const beforeAll = place.epoch === 0 && place.offset === 0 && (this.#feed.fresh || head.epoch === 1)
    if (beforeAll) this.#feed.skipTo({ epoch: head.epoch, offset: 0 })
    else this.#break({ epoch: head.epoch, offset: 0 })
    return false
  }

  #takeCurrent ({ head, entries, reachesBack }: LogPage): boolean {
    const feed = this.#feed
    const first = entries[0]
    if (head.offset < feed.place.offset) return this.#startOver(head, head)
    if (!reachesBack) {
      const before = { epoch: head.epoch, offset: (first?.offset ?? head.offset + 1) - 1 }
      // what was dropped is older than the first entry: where that one is not for this consumer, neither was the rest
      if (first !== undefined && first.version < feed.grant.activatedVersion) this.#pass(before)
      else this.#break(before)
    }
    const passed = this.#deliver(entries, false)
    if (entries.length > 0) this.#pageSize = pageSizeFor(entries)
    return passed === entries.length && feed.place.offset >= head.offset
  }

  /** Delivers entries as long as each follows and the socket takes them; returns how many were passed. */
  #deliver (entries: readonly LogEntry[], oldEpoch: boolean): number {
    const feed = this.#feed
    let passed = 0
    for (const entry of entries) {
      if (!this.#host.writable) break
      if (!follows(feed.place, entry)) {
        if (oldEpoch) break
        this.#break({ epoch: entry.epoch, offset: entry.offset - 1 })
      }
      const message = toMessage(entry.text)
      if (entry.version < feed.grant.activatedVersion || message === null) this.#pass(entry)
      else this.#send(message, oldEpoch)
      passed++
    }
    return passed
  }

  #send (message: LiveMessage, oldEpoch: boolean): void {
    if (!oldEpoch) this.#from ??= message.offset
    if (this.#hidden && !this.#asked) this.#announce(true)
    this.#hidden = false
    this.#feed.replayed(message)
  }

  #pass (place: Place): void {
    this.#feed.skipTo(place)
    this.#hidden = true
  }

  /** The log is behind: the position is none of its own, or it lost its end and will get a new epoch. */
  #startOver (head: LogHead, place: Place): boolean {
    if (head.verified) {
      this.#break(place)
      return comparePlaces(this.#feed.place, head) >= 0
    }
    this.#recovered = false
    if (this.#asked) this.#behind = head
    return true
  }

  /** Moves to a place between which and the present one something may be missing. */
  #break (place: Place): void {
    this.#feed.skipTo(place)
    this.#from = null
    this.#recovered = false
    this.#hidden = false
    if (!this.#asked) this.#announce(false)
  }

  #announce (recovered: boolean): void {
    const { epoch, offset } = this.#feed.place
    this.#host.frame({ type: 'resumed', producer_id: this.#feed.producerId, recovered, epoch, from: offset + 1, to: offset })
  }

  #end (): void {
    const { epoch, offset } = this.#feed.place
    this.#host.frame({ type: 'resumed', producer_id: this.#feed.producerId, recovered: this.#recovered, epoch, from: this.#from ?? offset + 1, to: offset })
    // a position that this log never reached may be anyone's invention: what comes next is compared with the log's own
    // head, but follows on nothing
    if (this.#behind !== null) this.#feed.skipTo({ epoch: this.#behind.epoch, offset: Math.max(1, this.#behind.offset) })
  }
}

const pageSizeFor = (entries: readonly LogEntry[]): number => {
  let bytes = 0
  for (const { text } of entries) bytes += text.length
  return Math.min(MAX_PAGE, Math.max(1, Math.floor(PAGE_BYTES / (bytes / entries.length))))
}
