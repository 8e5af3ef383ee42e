import type { Broker } from '@motience/broker'
import { Semaphore, type Logger } from '@motience/kit'
import type { ConsumerServerFrame, LogPosition } from '@motience/schemas'
import type { SendQueue } from '../delivery/send-queue.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { ProducerChannelMember } from '../fan-out/producer-channel.js'
import type { ProducerChannels } from '../fan-out/producer-channels.js'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { CatchUpCause, ConsumerMetrics } from '../metrics.js'
import { Replay } from '../replay/replay.js'
import { createReplayDependencies } from '../replay/replay-dependencies.js'
import { retryWhile } from '../retry-while.js'
import { Feed, type FeedDependencies } from './feed.js'
import { deliverFinalMessages } from './final-messages.js'
import { findStartPosition } from './start-position.js'

/** Maximum number of logs that are read for one connection concurrently. */
const MAX_CONCURRENT_READS = 4

/** What the feeds of all connections share. */
export interface FeedsDependencies {
  broker: Broker
  grants: GrantReader
  producerChannels: ProducerChannels
  metrics: ConsumerMetrics
  logger: Logger
  /** Bounds the concurrent calls to the broker and SM of all connections together. */
  semaphore: Semaphore
}

/** The feeds of one connection: which producers it receives, and which logs have to be read. */
export class Feeds {
  readonly #dependencies: FeedsDependencies
  readonly #member: ProducerChannelMember
  readonly #sendQueue: SendQueue
  readonly #fail: (error: unknown) => void
  readonly #feeds = new Map<number, Feed>()
  /** Producers whose channels are followed. */
  readonly #followed = new Set<number>()
  /** Producers whose start position is being looked up. */
  readonly #joining = new Map<number, object>()
  /** Producers whose final messages are being delivered; each resolves once `unsubscribed` was sent. */
  readonly #leaving = new Map<number, Promise<void>>()
  readonly #reads = new Semaphore(MAX_CONCURRENT_READS)
  readonly #feedDependencies: FeedDependencies
  #ended = false

  constructor (
    dependencies: FeedsDependencies,
    member: ProducerChannelMember,
    sendQueue: SendQueue,
    fail: (error: unknown) => void
  ) {
    this.#dependencies = dependencies
    this.#member = member
    this.#sendQueue = sendQueue
    this.#fail = fail
    this.#feedDependencies = {
      deliver: message => sendQueue.message(message),
      catchUp: feed => this.catchUp(feed, 'gap'),
      grantChanged: ({ producerId }) => dependencies.producerChannels.grantChanged(producerId)
    }
  }

  get (producerId: number): Feed | undefined { return this.#feeds.get(producerId) }

  [Symbol.iterator] (): IterableIterator<Feed> { return this.#feeds.values() }

  /** Passes on a message; false if its producer is unknown. Messages of a leaving feed are read from the log. */
  live (message: LiveMessage): boolean {
    const feed = this.#feeds.get(message.producerId)
    if (feed === undefined) return this.#leaving.has(message.producerId)
    feed.live(message)
    return true
  }

  /**
   * Follows producers' channels, which has to happen before their heads are read. Resolves once everything that is
   * published there from now on is received.
   */
  async follow (producerIds: readonly number[]): Promise<void> {
    for (const producerId of producerIds) this.#followed.add(producerId)
    await this.#dependencies.producerChannels.join(producerIds, this.#member)
  }

  /** Adds a followed producer at a position that the consumer knows. */
  add (producerId: number, grant: Grant, position: LogPosition): Feed {
    this.#joining.delete(producerId)
    const feed = new Feed(producerId, grant, position, this.#feedDependencies)
    this.#feeds.set(producerId, feed)
    this.#dependencies.producerChannels.grantChanged(producerId)
    return feed
  }

  /**
   * Adds a producer from the first message that the grant covers, announced by `subscribed`. Without a grant SM is
   * asked, and nothing happens if the subscription is not active.
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
          this.#unfollowIfUnused(producerId)
          return
        }
        const feed = this.add(producerId, start.grant, start.position)
        this.frame({ type: 'subscribed', producer_id: producerId, ...start.position }, producerId)
        this.catchUp(feed, 'subscribed')
      })
      .catch(this.#fail)
  }

  /** Removes a producer; sends `unsubscribed` if the consumer knew it. */
  remove (producerId: number, reason: string): void {
    this.#joining.delete(producerId)
    if (this.#feeds.delete(producerId)) {
      this.frame({ type: 'unsubscribed', producer_id: producerId, reason }, producerId)
    }
    this.#unfollowIfUnused(producerId)
  }

  /**
   * Removes a producer whose subscriber list no longer contains the consumer since `version`. Messages accepted before
   * that are still delivered, unless they can't be read immediately.
   */
  leave (producerId: number, version: number, reason: string): void {
    const feed = this.#feeds.get(producerId)
    this.#joining.delete(producerId)
    if (feed === undefined) return
    this.#feeds.delete(producerId)
    this.#unfollowIfUnused(producerId)
    const { broker, logger, semaphore } = this.#dependencies
    // a feed that waits for `resume` must not send anything before the position that the consumer will name
    const writable = (): boolean => !this.#ended && this.#sendQueue.writable && feed.state !== 'waiting'
    const leaving = semaphore
      .run(() => deliverFinalMessages(broker, feed, version, writable, () => this.#announce(feed)))
      .catch((error: unknown) => {
        const fields = { err: error, producer: producerId, consumer: this.#member.consumerId }
        logger.debug(fields, 'Failed to read the final messages')
      })
      .then(() => {
        this.#leaving.delete(producerId)
        this.frame({ type: 'unsubscribed', producer_id: producerId, reason }, producerId)
      })
    this.#leaving.set(producerId, leaving)
    leaving.catch(this.#fail)
  }

  /** Resolves once a producer that is leaving has left. */
  async left (producerId: number): Promise<void> { await this.#leaving.get(producerId) }

  /** Reads the messages that the feed may have missed from the log; sends `resumed` only if some are not available. */
  catchUp (feed: Feed, cause: CatchUpCause): void {
    if (feed.state === 'waiting') feed.behind = true
    if (feed.state !== 'live') return
    this.#dependencies.metrics.catchUp(cause)
    this.#replay(feed, false)
  }

  /** Ends the wait of a feed; the log is read only if something was published since. */
  release (feed: Feed): void {
    if (!feed.behind) {
      feed.goLive()
      return
    }
    this.#dependencies.metrics.catchUp('start')
    this.#replay(feed, false)
  }

  /** Sends everything after a position that the consumer named, then `resumed`, then live messages. */
  resume (feed: Feed, position: LogPosition): void {
    feed.skipTo(position)
    this.#replay(feed, true)
  }

  /** Resumes a waiting feed from its own position, for a consumer that named none. */
  resumeHere (feed: Feed): void {
    if (feed.behind) {
      this.#replay(feed, true)
      return
    }
    this.#announce(feed)
    this.#dependencies.metrics.resumed('recovered')
    feed.goLive()
  }

  /** Published messages may have been lost: from now on every new epoch is announced. */
  messagesLost (): void {
    for (const feed of this.#feeds.values()) feed.fresh = false
  }

  frame (frame: ConsumerServerFrame, producerId: number): void { this.#sendQueue.frame(frame, producerId) }

  end (): void {
    this.#ended = true
    this.#feeds.clear()
    this.#joining.clear()
    for (const producerId of this.#followed) this.#dependencies.producerChannels.leave(producerId, this.#member)
    this.#followed.clear()
  }

  /** Announces where a feed continues, with no visible message missing. */
  #announce ({ producerId, position: { epoch, offset } }: Feed): void {
    this.frame(
      { type: 'resumed', producer_id: producerId, recovered: true, epoch, from: offset + 1, to: offset }, producerId
    )
  }

  #unfollowIfUnused (producerId: number): void {
    if (this.#feeds.has(producerId) || this.#joining.has(producerId) || !this.#followed.delete(producerId)) return
    this.#dependencies.producerChannels.leave(producerId, this.#member)
  }

  #replay (feed: Feed, requested: boolean): void {
    feed.state = 'reading'
    feed.behind = false
    feed.readAgain = false
    const number = ++feed.replayNumber
    const wanted = (): boolean => this.#feeds.get(feed.producerId) === feed && feed.replayNumber === number
    this.#reads.run(async () => {
      if (!wanted()) return
      const dependencies = createReplayDependencies(this.#dependencies, {
        consumerId: this.#member.consumerId,
        feed,
        sendQueue: this.#sendQueue,
        wanted,
        onDenied: () => this.remove(feed.producerId, 'inactive')
      })
      const outcome = await new Replay(feed, dependencies, requested).run()
      if (requested && outcome !== null) this.#dependencies.metrics.resumed(outcome)
    }).catch(this.#fail)
  }
}
