import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { ConsumerServerFrame, LogPosition } from '@motience/schemas'
import { bidFarewell } from './final-messages.js'
import { Feed, type FeedSink } from './feed.js'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { CatchUpCause, ConsumerMetrics } from '../metrics.js'
import type { ProducerMember } from '../fan-out/producer-channel.js'
import type { ProducerHubs } from '../fan-out/producer-channels.js'
import type { SendQueue } from '../delivery/send-queue.js'
import { untilDone } from '../retry-while.js'
import { readAllowed } from '../replay/read-granted-log.js'
import { Replay, type ReplayHost } from '../replay/replay.js'
import { Slots } from '../semaphore.js'
import { findStartPosition } from './start-position.js'

/** Most logs that are read for one connection at a time. */
const READS_PER_CONNECTION = 4

/** What the feeds of all connections share. */
export interface FeedParts {
  broker: Broker
  grants: GrantReader
  producerHubs: ProducerHubs
  metrics: ConsumerMetrics
  logger: Logger
  /** Bounds the calls to broker and SM of all connections together. */
  slots: Slots
}

/** The feeds of one connection: which producers it gets, and what has to be read from their logs. */
export class Feeds {
  readonly #parts: FeedParts
  readonly #member: ProducerMember
  readonly #outbox: SendQueue
  readonly #fail: (error: unknown) => void
  readonly #feeds = new Map<number, Feed>()
  /** Producers whose channels are followed. */
  readonly #followed = new Set<number>()
  /** Producers whose start is being looked for. */
  readonly #joining = new Map<number, object>()
  /** Producers whose last messages are on their way; each resolves once `unsubscribed` was sent. */
  readonly #leaving = new Map<number, Promise<void>>()
  readonly #reads = new Slots(READS_PER_CONNECTION)
  readonly #sink: FeedSink
  #ended = false

  constructor (parts: FeedParts, member: ProducerMember, outbox: SendQueue, fail: (error: unknown) => void) {
    this.#parts = parts
    this.#member = member
    this.#outbox = outbox
    this.#fail = fail
    this.#sink = {
      deliver: message => outbox.message(message),
      catchUp: feed => this.catchUp(feed, 'hole'),
      granted: ({ producerId }) => parts.producerHubs.granted(producerId)
    }
  }

  get (producerId: number): Feed | undefined { return this.#feeds.get(producerId) }

  [Symbol.iterator] (): IterableIterator<Feed> { return this.#feeds.values() }

  /**
   * Hands a message on; false where its producer is unknown. One that comes while its producer leaves is in the log.
   */
  live (message: LiveMessage): boolean {
    const feed = this.#feeds.get(message.producerId)
    if (feed === undefined) return this.#leaving.has(message.producerId)
    feed.live(message)
    return true
  }

  /**
   * Follows the channels of producers, before it is read where they stand. Resolves once nothing that is published there
   * later is missed.
   */
  async follow (producerIds: readonly number[]): Promise<void> {
    for (const producerId of producerIds) this.#followed.add(producerId)
    await this.#parts.producerHubs.join(producerIds, this.#member)
  }

  /** Adds a followed producer whose place the consumer knows. */
  add (producerId: number, grant: Grant, place: LogPosition): Feed {
    this.#joining.delete(producerId)
    const feed = new Feed(producerId, grant, place, this.#sink)
    this.#feeds.set(producerId, feed)
    this.#parts.producerHubs.granted(producerId)
    return feed
  }

  /**
   * Adds a producer from the first message on that its grant lets the consumer see, and tells so by `subscribed`.
   * Without a grant SM is asked, and nothing happens where there is none.
   */
  join (producerId: number, grant: Grant | null): void {
    if (this.#joining.has(producerId) || this.#feeds.has(producerId)) return
    const token = {}
    this.#joining.set(producerId, token)
    const { broker, grants, slots } = this.#parts
    const wanted = (): boolean => !this.#ended && this.#joining.get(producerId) === token
    this.left(producerId)
      .then(() =>
        untilDone(() => slots.run(async () => {
          await this.follow([producerId])
          return await findStartPosition(broker, grants, this.#member.consumerId, producerId, grant)
        }), wanted)
      )
      .then(start => {
        if (wanted()) this.#joining.delete(producerId)
        else start = null
        if (start === null) {
          this.#tidy(producerId)
          return
        }
        const feed = this.add(producerId, start.grant, start.place)
        this.frame({ type: 'subscribed', producer_id: producerId, ...start.place }, producerId)
        this.catchUp(feed, 'subscribed')
      })
      .catch(this.#fail)
  }

  /** Ends a producer: `unsubscribed`, if the consumer knew of it. */
  remove (producerId: number, reason: string): void {
    this.#joining.delete(producerId)
    if (this.#feeds.delete(producerId)) {
      this.frame({ type: 'unsubscribed', producer_id: producerId, reason }, producerId)
    }
    this.#tidy(producerId)
  }

  /**
   * Ends a producer whose subscriber list has been without the consumer since `version`. The messages that were
   * accepted before still follow; where they can't be read at once, the consumer goes without.
   */
  leave (producerId: number, version: number, reason: string): void {
    const feed = this.#feeds.get(producerId)
    this.#joining.delete(producerId)
    if (feed === undefined) return
    this.#feeds.delete(producerId)
    this.#tidy(producerId)
    const { broker, logger, slots } = this.#parts
    // where a resume was to come first, what follows would not be what the consumer waits for
    const writable = (): boolean => !this.#ended && this.#outbox.writable && feed.state !== 'waiting'
    const leaving = slots
      .run(() => bidFarewell(broker, feed, version, writable, () => this.#announce(feed)))
      .catch((error: unknown) => {
        logger.debug(
          { err: error, producer: producerId, consumer: this.#member.consumerId },
          'Failed to read the last messages'
        )
      })
      .then(() => {
        this.#leaving.delete(producerId)
        this.frame({ type: 'unsubscribed', producer_id: producerId, reason }, producerId)
      })
    this.#leaving.set(producerId, leaving)
    leaving.catch(this.#fail)
  }

  /** Resolves once a producer that leaves has left. */
  async left (producerId: number): Promise<void> { await this.#leaving.get(producerId) }

  /** Reads on from the log what the feed may have missed; nothing is told unless something can't be had. */
  catchUp (feed: Feed, cause: CatchUpCause): void {
    if (feed.state === 'waiting') feed.behind = true
    if (feed.state !== 'live') return
    this.#parts.metrics.catchUp(cause)
    this.#replay(feed, false)
  }

  /** Goes on where `wait` stopped a feed; the log is read only if something was published since. */
  release (feed: Feed): void {
    if (!feed.behind) {
      feed.goLive()
      return
    }
    this.#parts.metrics.catchUp('start')
    this.#replay(feed, false)
  }

  /** Gives everything behind a place that the consumer named, then `resumed`, then what is live. */
  resume (feed: Feed, place: LogPosition): void {
    feed.skipTo(place)
    this.#replay(feed, true)
  }

  /** The same from where a waiting feed stands, for a consumer that named no place. */
  resumeHere (feed: Feed): void {
    if (feed.behind) {
      this.#replay(feed, true)
      return
    }
    this.#announce(feed)
    this.#parts.metrics.resumed('recovered')
    feed.goLive()
  }

  /** What was published may not have been heard: no epoch begins without a word any more. */
  doubt (): void {
    for (const feed of this.#feeds.values()) feed.fresh = false
  }

  frame (frame: ConsumerServerFrame, producerId: number): void {
    this.#outbox.frame(frame, producerId)
  }

  end (): void {
    this.#ended = true
    this.#feeds.clear()
    this.#joining.clear()
    for (const producerId of this.#followed) this.#parts.producerHubs.leave(producerId, this.#member)
    this.#followed.clear()
  }

  /** Says where a feed goes on, with nothing missing that its consumer may see. */
  #announce ({ producerId, place: { epoch, offset } }: Feed): void {
    this.frame(
      { type: 'resumed', producer_id: producerId, recovered: true, epoch, from: offset + 1, to: offset }, producerId
    )
  }

  /** Leaves the channel of a producer that has no feed and gets none. */
  #tidy (producerId: number): void {
    if (this.#feeds.has(producerId) || this.#joining.has(producerId) || !this.#followed.delete(producerId)) return
    this.#parts.producerHubs.leave(producerId, this.#member)
  }

  #replay (feed: Feed, asked: boolean): void {
    feed.state = 'reading'
    feed.behind = false
    feed.again = false
    const job = ++feed.job
    const { metrics } = this.#parts
    const wanted = (): boolean => this.#feeds.get(feed.producerId) === feed && feed.job === job
    this.#reads.run(async () => {
      if (!wanted()) return
      const outcome = await new Replay(feed, this.#host(feed, wanted), asked).run()
      if (asked && outcome !== null) metrics.resumed(outcome)
    }).catch(this.#fail)
  }

  #host (feed: Feed, wanted: () => boolean): ReplayHost {
    const outbox = this.#outbox
    const { broker, grants, slots } = this.#parts
    return {
      get writable () { return outbox.writable },
      whenWritable: async () => await outbox.whenWritable() && wanted(),
      frame: frame => this.frame(frame, feed.producerId),
      read: async (_feed, limit) => {
        let denied = false
        const page = await untilDone(() => slots.run(async () => {
          const page = await readAllowed(broker, grants, this.#member.consumerId, feed, limit)
          denied = page === null
          return page
        }), wanted)
        if (!wanted()) return null
        if (denied) this.remove(feed.producerId, 'inactive')
        return page
      }
    }
  }
}
