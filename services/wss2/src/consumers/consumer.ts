import type { Connection } from '@motience/kit'
import { closeCodes, type ResumeFrame } from '@motience/schemas'
import { SendQueue, type SendQueueLimits } from '../delivery/send-queue.js'
import type { ConsumerChannelMember, ConsumerChannels } from '../fan-out/consumer-channels.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { ProducerChannelMember } from '../fan-out/producer-channel.js'
import { Feeds, type FeedsDependencies } from '../feeds/feeds.js'
import type { Grant } from '../grants/grant-reader.js'
import { SubscriptionChanges, type SubscriptionChange } from '../grants/subscription-changes.js'
import { retryWhile } from '../retry-while.js'
import { readActiveSubscriptions, type ActiveSubscription } from './active-subscriptions.js'
import { applyChange, applyLatestChanges, applySubscriptions } from './apply-subscriptions.js'
import type { ConsumerQuery } from './connection-query.js'
import { resumeProducers } from './resume-producers.js'
import { ResumeQueue } from './resume-queue.js'
import { welcomeFrame } from './welcome-frame.js'

/** What the consumers of one server share. */
export interface ConsumerDependencies extends FeedsDependencies {
  channels: ConsumerChannels
  sendQueue: SendQueueLimits
  heartbeatMs: number
  /** Maximum time until the welcome, in milliseconds; after that the connection is closed with 1001. */
  welcomeMs: number
  /** Maximum time that a connection with `?resume=true` waits for its first `resume`, in milliseconds. */
  resumeWaitMs: number
}

/**
 * One consumer's connection, from its welcome until it closes.
 *
 * Exactness depends on the order at the start: the channel is subscribed to first, then SM is asked, then the heads of
 * the logs are read. What is published in between is in the logs, and is read from there after the welcome.
 *
 * With `?resume=true` nothing is sent between the welcome and the consumer's first `resume`: feeds wait, messages are
 * left to the logs, and only the latest change of each subscription is kept.
 */
export class Consumer implements ConsumerChannelMember, ProducerChannelMember {
  readonly #connection: Connection
  readonly #dependencies: ConsumerDependencies
  readonly #consumerId: number
  readonly #sendQueue: SendQueue
  readonly #feeds: Feeds
  readonly #changes = new SubscriptionChanges()
  /** Whether the connection asked to wait for its first `resume`. */
  readonly #waitsForResume: boolean
  /** `starting` until the welcome; `paused` until the first `resume`; `syncing` while subscriptions are read again. */
  #state: 'starting' | 'paused' | 'open' | 'syncing' | 'ended' = 'starting'
  /** Producers that published before their feeds could deliver. */
  readonly #publishedEarly = new Set<number>()
  readonly #resumes = new ResumeQueue(frame => this.#resume(frame), error => this.fail(error))
  #resumeTimer: NodeJS.Timeout | undefined
  #syncAgain = false

  constructor (connection: Connection, query: ConsumerQuery, dependencies: ConsumerDependencies) {
    this.#connection = connection
    this.#dependencies = dependencies
    this.#consumerId = connection.identity.userId
    this.#waitsForResume = query.resume ?? false
    this.#sendQueue = new SendQueue(connection, query.slow ?? 'close', dependencies.sendQueue, dependencies.metrics)
    this.#feeds = new Feeds(dependencies, this, this.#sendQueue, error => this.fail(error))
  }

  get consumerId (): number { return this.#consumerId }

  /** Sends the welcome, with the position of each producer. */
  async start (): Promise<void> {
    const deadline = performance.now() + this.#dependencies.welcomeMs
    const wanted = (): boolean => this.#state !== 'ended' && performance.now() < deadline
    const joined = await retryWhile(async () => {
      await this.#dependencies.channels.join(this.#consumerId, this)
      return true
    }, wanted)
    const subscriptions = joined === null ? null : await this.#readSubscriptions(wanted)
    if (this.#state === 'ended') return
    if (subscriptions === null) {
      this.#connection.close(closeCodes.goingAway, 'Subscriptions unavailable')
      return
    }
    for (const { producerId, grant, head } of subscriptions) this.#feeds.add(producerId, grant, head)
    if (this.#syncAgain) this.#feeds.messagesLost()
    this.#connection.sendFrame(welcomeFrame(this.#connection, this.#feeds, this.#dependencies.heartbeatMs))
    this.#state = 'paused'
    const named = this.#resumes.producerIds()
    for (const feed of this.#feeds) if (this.#waitsForResume || named.has(feed.producerId)) feed.wait()
    for (const producerId of this.#publishedEarly) {
      const feed = this.#feeds.get(producerId)
      if (feed !== undefined) this.#feeds.catchUp(feed, 'start')
    }
    if (this.#waitsForResume && !this.#resumes.complete) {
      this.#resumeTimer = setTimeout(() => this.#open({ announce: true }), this.#dependencies.resumeWaitMs)
    } else {
      this.#open({ announce: false })
    }
    this.#resumes.run()
  }

  message (message: LiveMessage): void {
    if (this.#state === 'starting') this.#publishedEarly.add(message.producerId)
    else if (!this.#feeds.live(message)) {
      if (this.#state === 'paused') this.#publishedEarly.add(message.producerId)
      else if (this.#state === 'open') this.#feeds.join(message.producerId, null)
    }
  }

  grant (producerId: number): Grant | undefined { return this.#feeds.get(producerId)?.grant }

  published (message: LiveMessage): void {
    const feed = this.#feeds.get(message.producerId)
    if (feed !== undefined) feed.live(message)
    else if (this.#state === 'starting' || this.#state === 'paused') this.#publishedEarly.add(message.producerId)
  }

  uncovered (message: LiveMessage): void {
    const feed = this.#feeds.get(message.producerId)
    if (feed !== undefined) feed.uncovered(message)
    else this.published(message)
  }

  refresh (producerId: number, version: number, grant: Grant | null): void {
    const feed = this.#feeds.get(producerId)
    if (feed === undefined || version <= feed.grant.version) return
    if (grant !== null) feed.grant = grant
    else this.#feeds.leave(producerId, version, 'inactive')
  }

  /** One of this consumer's subscriptions has changed. */
  change (change: SubscriptionChange): void {
    if (!this.#changes.add(change)) return
    if (this.#state !== 'starting' && this.#state !== 'paused') applyChange(this.#feeds, change, this.#run)
    else if (this.#changes.full) this.#syncAgain = true
  }

  /** The broker's connection is lost: messages published from now on may not be received. */
  connectionLost (): void {
    this.#feeds.messagesLost()
    if (this.#state !== 'open') this.#syncAgain = true
  }

  /** The broker's connection is restored: reads subscriptions from SM, and missed messages from the logs. */
  async sync (): Promise<void> {
    if (this.#state !== 'open') {
      this.#syncAgain = true
      return
    }
    this.#state = 'syncing'
    this.#feeds.messagesLost()
    do {
      this.#syncAgain = false
      const subscriptions = await this.#readSubscriptions(() => this.#stateIs('syncing'))
      if (subscriptions === null || !this.#stateIs('syncing')) return
      applySubscriptions(this.#feeds, subscriptions)
    } while (this.#syncAgain)
    this.#state = 'open'
    applyLatestChanges(this.#feeds, this.#changes, this.#run)
  }

  /** Queues a `resume` frame. No live message of the producers that it names is sent before they are resumed. */
  resume (frame: ResumeFrame): void {
    if (!this.#resumes.push(frame)) {
      this.#connection.sendError({
        code: 'MOT_RATE_LIMITED',
        message: 'Too many pending `resume` frames',
        retry_after_ms: 1000
      })
      return
    }
    if (this.#state === 'starting') return
    for (const { producer_id: producerId } of frame.positions) this.#feeds.get(producerId)?.wait()
    if (this.#state === 'paused' && frame.more !== true) this.#open({ announce: false })
    this.#resumes.run()
  }

  fail (error: unknown): void {
    this.#dependencies.logger.error({ err: error, connection: this.#connection.id }, 'Failed to serve a consumer')
    this.#connection.close(closeCodes.internal, 'Internal error')
  }

  end (): void {
    this.#state = 'ended'
    this.#dependencies.channels.leave(this.#consumerId, this)
    this.#feeds.end()
    this.#sendQueue.end()
    this.#publishedEarly.clear()
    this.#resumes.clear()
    clearTimeout(this.#resumeTimer)
  }

  #stateIs (state: string): boolean { return this.#state === state }

  /** Which changes of producers' lists this server has seen, see `ProducerChannels.run`. */
  get #run (): number { return this.#dependencies.producerChannels.run }

  async #readSubscriptions (wanted: () => boolean): Promise<ActiveSubscription[] | null> {
    const { broker, grants, semaphore, producerChannels: events } = this.#dependencies
    const follow = (producerIds: readonly number[]): Promise<void> => this.#feeds.follow(producerIds)
    return await readActiveSubscriptions(
      { broker, grants, semaphore, events, changes: this.#changes, follow }, this.#consumerId, wanted
    )
  }

  /**
   * Ends the pause after the welcome: producers that no `resume` names continue from the position in the welcome, with
   * `announce` after a `resumed` frame each; changes of subscriptions since then are applied.
   */
  #open ({ announce }: { announce: boolean }): void {
    clearTimeout(this.#resumeTimer)
    this.#state = 'open'
    const named = this.#resumes.producerIds()
    for (const feed of this.#feeds) {
      if (feed.state !== 'waiting' || named.has(feed.producerId)) continue
      if (announce) this.#feeds.resumeHere(feed)
      else this.#feeds.release(feed)
    }
    applyLatestChanges(this.#feeds, this.#changes, this.#run)
    for (const producerId of this.#publishedEarly) this.#feeds.join(producerId, null)
    this.#publishedEarly.clear()
    if (this.#syncAgain) this.sync().catch((error: unknown) => this.fail(error))
  }

  async #resume (frame: ResumeFrame): Promise<void> {
    const { grants, metrics, semaphore } = this.#dependencies
    const dependencies = {
      connection: this.#connection, grants, metrics, semaphore, feeds: this.#feeds, changes: this.#changes
    }
    await resumeProducers(dependencies, frame, () => this.#state !== 'ended')
  }
}
