import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { ConsumerServerFrame, LogPosition } from '@motience/schemas'
import { deliverFinalMessages } from './final-messages.js'
import { Feed, type FeedSink } from './feed.js'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { CatchUpCause, ConsumerMetrics } from '../metrics.js'
import type { ProducerChannelMember } from '../fan-out/producer-channel.js'
import type { ProducerChannels } from '../fan-out/producer-channels.js'
import type { SendQueue } from '../delivery/send-queue.js'
import { retryWhile } from '../retry-while.js'
import { readGrantedLog } from '../replay/read-granted-log.js'
import { Replay, type ReplayDependencies } from '../replay/replay.js'
import { Semaphore } from '../semaphore.js'
import { findStartPosition } from './start-position.js'

/** Most logs that are read for one connection at a time. */
const READS_PER_CONNECTION = 4

/** What the feeds of all connections share. */
export interface FeedDependencies {
  broker: Broker
  grants: GrantReader
  producerChannels: ProducerChannels
  metrics: ConsumerMetrics
  logger: Logger
  /** Bounds the calls to broker and SM of all connections together. */
  semaphore: Semaphore
}

/** The feeds of one connection: which producers it gets, and what has to be read from their logs. */
export class Feeds {
  readonly #dependencies: FeedDependencies
  readonly #member: ProducerChannelMember
  readonly #sendQueue: SendQueue
  readonly #fail: (error: unknown) => void
  readonly #feeds = new Map<number, Feed>()
  /** Producers whose channels are followed. */
  readonly #followed = new Set<number>()
  /** Producers whose start is being looked for. */
  readonly #joining = new Map<number, object>()
  /** Producers whose last messages are on their way; each resolves once `unsubscribed` was sent. */
  readonly #leaving = new Map<number, Promise<void>>()
  readonly #reads = new Semaphore(READS_PER_CONNECTION)
  readonly #sink: FeedSink
  #ended = false

  constructor (dependencies: FeedDependencies, member: ProducerChannelMember, sendQueue: SendQueue, fail: (error: unknown) => void) {
    this.#dependencies = dependencies
    this.#member = member
    this.#sendQueue = sendQueue
    this.#fail = fail
    this.#sink = {
      deliver: message => sendQueue.message(message),
      catchUp: feed => this.catchUp(feed, 'hole'),
      granted: ({ producerId }) => dependencies.producerChannels.granted(producerId)
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
    await this.#dependencies.producerChannels.join(producerIds, this.#member)
  }

  /** Adds a followed producer whose position the consumer knows. */
  add (producerId: number, grant: Grant, position: LogPosition): Feed {
    this.#joining.delete(producerId)
    const feed = new Feed(producerId, grant, position, this.#sink)
    this.#feeds.set(producerId, feed)
    this.#dependencies.producerChannels.granted(producerId)
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
    const { broker, grants, semaphore } = this.#dependencies
    const wanted = (): boolean => !this.#ended && this.#joining.get(producerId) === token
    this.left(producerId)
      .then(() =>
        retryWhile(() => semaphore.run(async () => {
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
        const feed = this.add(producerId, start.grant, start.position)
        this.frame({ type: 'subscribed', producer_id: producerId, ...start.position }, producerId)
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
    const { broker, logger, semaphore } = this.#dependencies
    // where a resume was to come first, what follows would not be what the consumer waits for
    const writable = (): boolean => !this.#ended && this.#sendQueue.writable && feed.state !== 'waiting'
    const leaving = semaphore
      .run(() => deliverFinalMessages(broker, feed, version, writable, () => this.#announce(feed)))
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
    this.#dependencies.metrics.catchUp(cause)
    this.#replay(feed, false)
  }

  /** Goes on where `wait` stopped a feed; the log is read only if something was published since. */
  release (feed: Feed): void {
    if (!feed.behind) {
      feed.goLive()
      return
    }
    this.#dependencies.metrics.catchUp('start')
    this.#replay(feed, false)
  }

  /** Gives everything behind a position that the consumer named, then `resumed`, then what is live. */
  resume (feed: Feed, position: LogPosition): void {
    feed.skipTo(position)
    this.#replay(feed, true)
  }

  /** The same from where a waiting feed stands, for a consumer that named no position. */
  resumeHere (feed: Feed): void {
    if (feed.behind) {
      this.#replay(feed, true)
      return
    }
    this.#announce(feed)
    this.#dependencies.metrics.resumed('recovered')
    feed.goLive()
  }

  /** What was published may not have been heard: no epoch begins without a word any more. */
  doubt (): void {
    for (const feed of this.#feeds.values()) feed.fresh = false
  }

  frame (frame: ConsumerServerFrame, producerId: number): void {
    this.#sendQueue.frame(frame, producerId)
  }

  end (): void {
    this.#ended = true
    this.#feeds.clear()
    this.#joining.clear()
    for (const producerId of this.#followed) this.#dependencies.producerChannels.leave(producerId, this.#member)
    this.#followed.clear()
  }

  /** Says where a feed goes on, with nothing missing that its consumer may see. */
  #announce ({ producerId, position: { epoch, offset } }: Feed): void {
    this.frame(
      { type: 'resumed', producer_id: producerId, recovered: true, epoch, from: offset + 1, to: offset }, producerId
    )
  }

  /** Leaves the channel of a producer that has no feed and gets none. */
  #tidy (producerId: number): void {
    if (this.#feeds.has(producerId) || this.#joining.has(producerId) || !this.#followed.delete(producerId)) return
    this.#dependencies.producerChannels.leave(producerId, this.#member)
  }

  #replay (feed: Feed, asked: boolean): void {
    feed.state = 'reading'
    feed.behind = false
    feed.again = false
    const job = ++feed.job
    const { metrics } = this.#dependencies
    const wanted = (): boolean => this.#feeds.get(feed.producerId) === feed && feed.job === job
    this.#reads.run(async () => {
      if (!wanted()) return
      const outcome = await new Replay(feed, this.#host(feed, wanted), asked).run()
      if (asked && outcome !== null) metrics.resumed(outcome)
    }).catch(this.#fail)
  }

  #host (feed: Feed, wanted: () => boolean): ReplayDependencies {
    const sendQueue = this.#sendQueue
    const { broker, grants, semaphore } = this.#dependencies
    return {
      get writable () { return sendQueue.writable },
      whenWritable: async () => await sendQueue.whenWritable() && wanted(),
      frame: frame => this.frame(frame, feed.producerId),
      read: async (_feed, limit) => {
        let denied = false
        const page = await retryWhile(() => semaphore.run(async () => {
          const page = await readGrantedLog(broker, grants, this.#member.consumerId, feed, limit)
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
