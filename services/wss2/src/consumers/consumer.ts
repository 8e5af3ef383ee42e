import type { Connection } from '@motience/kit'
import { closeCodes, comparePositions, problemKind, type ResumeFrame } from '@motience/schemas'
import { Feeds, type FeedDependencies } from '../feeds/feeds.js'
import type { Grant } from '../grants/grant-reader.js'
import type { ConsumerChannelMember, ConsumerChannels } from '../fan-out/consumer-channels.js'
import type { ProducerChannelMember } from '../fan-out/producer-channel.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import { SendQueue, type SendQueueLimits } from '../delivery/send-queue.js'
import { retryWhile } from '../retry-while.js'
import type { ConsumerQuery } from './connection-query.js'
import { ResumeQueue } from './resume-queue.js'
import { grantOfChange, SubscriptionChanges, type SubscriptionChange } from '../grants/subscription-changes.js'
import { welcomeFrame } from './welcome-frame.js'

/** What the sessions of one server share. */
export interface ConsumerDependencies extends FeedDependencies {
  channels: ConsumerChannels
  sendQueue: SendQueueLimits
  heartbeatMs: number
  /** Most milliseconds until the welcome; a connection that can't be served by then is closed with 1001. */
  welcomeMs: number
  /** Most milliseconds that a connection with `?resume=true` waits for its first `resume`. */
  resumeWaitMs: number
}

/** Most heads that the broker is asked for at once. */
const HEADS_AT_ONCE = 500

/**
 * One consumer's connection, from the welcome to its end.
 *
 * The order at the start makes it exact: first the channel is subscribed, then SM is asked, then the heads are read.
 * What is published in between is in the logs, from which it is read after the welcome.
 *
 * With `?resume=true` nothing follows the welcome until the consumer's first `resume`: its feeds wait, messages are
 * left to the logs, and of the changes of its subscriptions the latest of each producer is kept.
 */
export class Consumer implements ConsumerChannelMember, ProducerChannelMember {
  readonly #connection: Connection
  readonly #dependencies: ConsumerDependencies
  readonly #consumerId: number
  readonly #sendQueue: SendQueue
  readonly #feeds: Feeds
  readonly #changes = new SubscriptionChanges()
  /** Whether the consumer's first `resume` is waited for. */
  readonly #holds: boolean
  /** `starting` up to the welcome; `held` up to the first `resume`; `syncing` while SM and the heads are asked anew. */
  #state: 'starting' | 'held' | 'open' | 'syncing' | 'ended' = 'starting'
  /** Producers of which something was published before they could be served. */
  readonly #early = new Set<number>()
  readonly #resumes = new ResumeQueue(frame => this.#resume(frame), error => this.fail(error))
  #holdTimer: NodeJS.Timeout | undefined
  #syncAgain = false

  constructor (connection: Connection, { slow = 'close', resume = false }: ConsumerQuery, dependencies: ConsumerDependencies) {
    this.#connection = connection
    this.#dependencies = dependencies
    this.#consumerId = connection.identity.userId
    this.#holds = resume
    this.#sendQueue = new SendQueue(connection, slow, dependencies.sendQueue, dependencies.metrics)
    this.#feeds = new Feeds(dependencies, this, this.#sendQueue, error => this.fail(error))
  }

  get consumerId (): number { return this.#consumerId }

  /** Greets the consumer with where each of its producers stands. */
  async start (): Promise<void> {
    const late = performance.now() + this.#dependencies.welcomeMs
    const wanted = (): boolean => this.#state !== 'ended' && performance.now() < late
    const joined = await retryWhile(async () => {
      await this.#dependencies.channels.join(this.#consumerId, this)
      return true
    }, wanted)
    const standing = joined === null ? null : await this.#standing(wanted)
    if (this.#state === 'ended') return
    if (standing === null) {
      this.#connection.close(closeCodes.goingAway, 'Subscriptions can\'t be read now')
      return
    }
    for (const { producerId, grant, head } of standing) this.#feeds.add(producerId, grant, head)
    if (this.#syncAgain) this.#feeds.doubt()
    this.#connection.sendFrame(welcomeFrame(this.#connection, this.#feeds, this.#dependencies.heartbeatMs))
    this.#state = 'held'
    const named = this.#resumes.named()
    for (const feed of this.#feeds) if (this.#holds || named.has(feed.producerId)) feed.wait()
    for (const producerId of this.#early) {
      const feed = this.#feeds.get(producerId)
      if (feed !== undefined) this.#feeds.catchUp(feed, 'start')
    }
    if (this.#holds && !this.#resumes.complete) { this.#holdTimer = setTimeout(() => this.#open(true), this.#dependencies.resumeWaitMs) } else this.#open(false)
    this.#resumes.run()
  }

  message (message: LiveMessage): void {
    if (this.#state === 'starting') this.#early.add(message.producerId)
    else if (!this.#feeds.live(message)) {
      if (this.#state === 'held') this.#early.add(message.producerId)
      else if (this.#state === 'open') this.#feeds.join(message.producerId, null)
    }
  }

  grant (producerId: number): Grant | undefined { return this.#feeds.get(producerId)?.grant }

  published (message: LiveMessage): void {
    const feed = this.#feeds.get(message.producerId)
    if (feed !== undefined) feed.live(message)
    else if (this.#state === 'starting' || this.#state === 'held') this.#early.add(message.producerId)
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

  /** A change of one of this consumer's subscriptions. */
  change (change: SubscriptionChange): void {
    if (!this.#changes.note(change)) return
    if (this.#state !== 'starting' && this.#state !== 'held') this.#apply(change)
    else if (this.#changes.full) this.#syncAgain = true
  }

  /** The link to the broker is lost: what is published now may not be heard. */
  connectionLost (): void {
    this.#feeds.doubt()
    if (this.#state !== 'open') this.#syncAgain = true
  }

  /** The link to the broker is back: what was missed is read from the logs, and SM is asked what changed. */
  async sync (): Promise<void> {
    if (this.#state !== 'open') {
      this.#syncAgain = true
      return
    }
    this.#state = 'syncing'
    this.#feeds.doubt()
    do {
      this.#syncAgain = false
      const standing = await this.#standing(() => this.#stateIs('syncing'))
      if (standing === null || !this.#stateIs('syncing')) return
      const active = new Map(standing.map(({ producerId, ...rest }) => [producerId, rest]))
      for (const feed of [...this.#feeds]) {
        const now = active.get(feed.producerId)
        if (now === undefined) {
          this.#feeds.remove(feed.producerId, 'inactive')
        } else {
          if (now.grant.version >= feed.grant.version) feed.grant = now.grant
          if (comparePositions(now.head, feed.position) !== 0) this.#feeds.catchUp(feed, 'link')
        }
      }
      for (const [producerId, { grant }] of active) { if (this.#feeds.get(producerId) === undefined) this.#feeds.join(producerId, grant) }
    } while (this.#syncAgain)
    this.#state = 'open'
    for (const change of this.#changes.latest()) this.#apply(change)
  }

  /**
   * A consumer's wish to have what came behind its positions. From now on no live message of theirs comes before it.
   */
  resume (frame: ResumeFrame): void {
    if (!this.#resumes.push(frame)) {
      this.#connection.sendError({
        code: 'MOT_RATE_LIMITED',
        message: 'Too many `resume` frames wait',
        retry_after_ms: 1000
      })
      return
    }
    if (this.#state === 'starting') return
    for (const { producer_id: producerId } of frame.positions) this.#feeds.get(producerId)?.wait()
    if (this.#state === 'held' && frame.more !== true) this.#open(false)
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
    this.#early.clear()
    this.#resumes.clear()
    clearTimeout(this.#holdTimer)
  }

  #stateIs (state: string): boolean { return this.#state === state }

  /** Every active subscription with its producer's head; null once it is not wanted any more. */
  async #standing (wanted: () => boolean) {
    const { broker, grants, semaphore, producerChannels } = this.#dependencies
    const active = await retryWhile(() => semaphore.run(() => grants.all(this.#consumerId)), wanted)
    if (active === null) return null
    this.#changes.correct(active, producerChannels.run)
    const ids = [...active.keys()]
    const followed = await retryWhile(async () => {
      await this.#feeds.follow(ids)
      return true
    }, wanted)
    if (followed === null) return null
    const standing: { producerId: number, grant: Grant, head: { epoch: number, offset: number } }[] = []
    for (let i = 0; i < ids.length; i += HEADS_AT_ONCE) {
      const some = ids.slice(i, i + HEADS_AT_ONCE)
      const heads = await retryWhile(() => semaphore.run(() => broker.heads(some)), wanted)
      if (heads === null) return null
      for (const [j, { epoch, offset }] of heads.entries()) { standing.push({ producerId: some[j]!, grant: active.get(some[j]!)!, head: { epoch, offset } }) }
    }
    return standing.filter(({ producerId, grant }) => !this.#changes.endedAfter(producerId, grant))
  }

  /**
   * Ends what was held back: the producers that no `resume` names go on from the welcome, each with a `resumed` frame
   * if `told`, and subscriptions are as they were changed since.
   */
  #open (told: boolean): void {
    clearTimeout(this.#holdTimer)
    this.#state = 'open'
    const named = this.#resumes.named()
    for (const feed of this.#feeds) {
      if (feed.state !== 'waiting' || named.has(feed.producerId)) continue
      if (told) this.#feeds.resumeHere(feed)
      else this.#feeds.release(feed)
    }
    for (const change of this.#changes.latest()) this.#apply(change)
    for (const producerId of this.#early) this.#feeds.join(producerId, null)
    this.#early.clear()
    if (this.#syncAgain) this.sync().catch((error: unknown) => this.fail(error))
  }

  #apply (change: SubscriptionChange): void {
    const { producer_id: producerId, version, status } = change
    const feed = this.#feeds.get(producerId)
    if (status === 'active') {
      const grant = grantOfChange(change, this.#dependencies.producerChannels.run)
      if (feed === undefined) this.#feeds.join(producerId, grant)
      else if (grant !== null && version > feed.grant.version) feed.grant = grant
    } else if (feed === undefined || version > feed.grant.version) {
      this.#feeds.leave(producerId, version, change.reason)
    }
  }

  async #resume ({ positions }: ResumeFrame): Promise<void> {
    const { grants, metrics, semaphore } = this.#dependencies
    const active = await retryWhile(() => semaphore.run(() => grants.all(this.#consumerId)), () => this.#state !== 'ended')
    if (active === null) return
    for (const [i, position] of positions.entries()) {
      const producerId = position.producer_id
      const grant = active.get(producerId)
      await this.#feeds.left(producerId)
      const known = this.#feeds.get(producerId)
      if (grant === undefined || this.#changes.endedAfter(producerId, grant)) {
        if (known !== undefined) this.#feeds.release(known)
        metrics.resumed('refused')
        this.#connection.sendError({
          code: 'MOT_FORBIDDEN',
          message: `${problemKind('MOT_FORBIDDEN').title}: no active subscription to producer ${producerId}`,
          path: `/positions/${i}/producer_id`
        })
        continue
      }
      if (known === undefined) {
        const followed = await retryWhile(async () => {
          await this.#feeds.follow([producerId])
          return true
        }, () => this.#state !== 'ended')
        if (followed === null) return
      }
      const feed = this.#feeds.get(producerId) ?? this.#feeds.add(producerId, grant, position)
      if (grant.version > feed.grant.version) feed.grant = grant
      this.#feeds.resume(feed, position)
    }
  }
}
