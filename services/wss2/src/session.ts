import type { Connection } from '@motience/kit'
import { closeCodes, problemKind, type ConsumerWelcomeFrame, type ResumeFrame, type SlowPolicy } from '@motience/schemas'
import { Feeds, type FeedParts } from './feeds.js'
import type { Grant } from './grants.js'
import type { HubMember, Hubs } from './hubs.js'
import type { LiveMessage } from './message.js'
import { Outbox, type OutboxLimits } from './outbox.js'
import { untilDone } from './patience.js'
import { comparePlaces } from './place.js'
import { grantOfChange, SubscriptionNews, type SubscriptionChange } from './subscriptions.js'

/** What the sessions of one server share. */
export interface SessionParts extends FeedParts {
  hubs: Hubs
  outbox: OutboxLimits
  heartbeatMs: number
  /** Most milliseconds until the welcome; a connection that can't be served by then is closed with 1001. */
  welcomeMs: number
}

/** Most `resume` frames of one connection that wait for their turn. */
const MAX_PENDING_RESUMES = 16

/** Most heads that the broker is asked for at once. */
const HEADS_AT_ONCE = 500

/**
 * One consumer's connection, from the welcome to its end.
 *
 * The order at the start makes it exact: first the channel is subscribed, then SM is asked, then the heads are read. What
 * is published in between is in the logs, from which it is read after the welcome.
 */
export class Session implements HubMember {
  readonly #connection: Connection
  readonly #parts: SessionParts
  readonly #consumerId: number
  readonly #outbox: Outbox
  readonly #feeds: Feeds
  readonly #news = new SubscriptionNews()
  /** `starting` up to the welcome; `syncing` while SM and the heads are asked anew. */
  #state: 'starting' | 'open' | 'syncing' | 'ended' = 'starting'
  /** Newest message of each producer that came before the welcome. */
  readonly #early = new Map<number, LiveMessage>()
  #resumes: ResumeFrame[] = []
  #resuming = false
  #syncAgain = false

  constructor (connection: Connection, policy: SlowPolicy, parts: SessionParts) {
    this.#connection = connection
    this.#parts = parts
    this.#consumerId = connection.identity.userId
    this.#outbox = new Outbox(connection, policy, parts.outbox, parts.metrics)
    this.#feeds = new Feeds(parts, this.#consumerId, this.#outbox, error => this.fail(error))
  }

  get consumerId (): number { return this.#consumerId }

  /** Greets the consumer with where each of its producers stands. */
  async start (): Promise<void> {
    const late = performance.now() + this.#parts.welcomeMs
    const wanted = (): boolean => this.#state !== 'ended' && performance.now() < late
    const joined = await untilDone(async () => {
      await this.#parts.hubs.join(this.#consumerId, this)
      return true
    }, wanted)
    const standing = joined === null ? null : await this.#standing(wanted)
    if (this.#state === 'ended') return
    if (standing === null) {
      this.#connection.close(closeCodes.goingAway, 'Subscriptions can\'t be read now')
      return
    }
    for (const { producerId, grant, head } of standing) this.#feeds.add(producerId, grant, head)
    this.#welcome()
    this.#state = 'open'
    for (const frame of this.#resumes) this.#holdFor(frame)
    for (const message of this.#early.values()) this.message(message)
    this.#early.clear()
    this.#joinNew()
    this.#resumeNext()
    if (this.#syncAgain) await this.sync()
  }

  message (message: LiveMessage): void {
    if (this.#state === 'starting') this.#early.set(message.producerId, message)
    else if (!this.#feeds.live(message) && this.#state === 'open') this.#feeds.join(message.producerId, null)
  }

  /** A change of one of this consumer's subscriptions. */
  change (change: SubscriptionChange): void {
    if (!this.#news.note(change) || this.#state === 'starting') return
    const { producer_id: producerId, version, status } = change
    const feed = this.#feeds.get(producerId)
    if (status === 'active') {
      const grant = grantOfChange(change)
      if (feed === undefined) this.#feeds.join(producerId, grant)
      else if (grant !== null && version > feed.grant.version) feed.grant = grant
    } else if (feed === undefined || version > feed.grant.version) {
      this.#feeds.leave(producerId, version, change.reason)
    }
  }

  /** The link to the broker is back: what was missed is read from the logs, and SM is asked what changed. */
  async sync (): Promise<void> {
    if (this.#state !== 'open') {
      this.#syncAgain = true
      return
    }
    this.#state = 'syncing'
    for (const feed of this.#feeds) feed.fresh = false
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
          if (comparePlaces(now.head, feed.place) !== 0) this.#feeds.catchUp(feed, 'link')
        }
      }
      for (const [producerId, { grant }] of active) if (this.#feeds.get(producerId) === undefined) this.#feeds.join(producerId, grant)
    } while (this.#syncAgain)
    this.#state = 'open'
    this.#joinNew()
  }

  /** A consumer's wish to have what came behind its positions. */
  resume (frame: ResumeFrame): void {
    if (this.#resumes.length >= MAX_PENDING_RESUMES) {
      this.#connection.sendError({ code: 'MOT_RATE_LIMITED', message: 'Too many `resume` frames wait', retry_after_ms: 1000 })
      return
    }
    this.#resumes.push(frame)
    this.#holdFor(frame)
    this.#resumeNext()
  }

  fail (error: unknown): void {
    this.#parts.logger.error({ err: error, connection: this.#connection.id }, 'Failed to serve a consumer')
    this.#connection.close(closeCodes.internal, 'Internal error')
  }

  end (): void {
    this.#state = 'ended'
    this.#parts.hubs.leave(this.#consumerId, this)
    this.#feeds.end()
    this.#outbox.end()
    this.#early.clear()
    this.#resumes = []
  }

  #stateIs (state: string): boolean { return this.#state === state }

  /** Every active subscription with its producer's head; null once it is not wanted any more. */
  async #standing (wanted: () => boolean) {
    const { broker, grants, slots } = this.#parts
    const active = await untilDone(() => slots.run(() => grants.all(this.#consumerId)), wanted)
    if (active === null) return null
    this.#news.correct(active)
    const ids = [...active.keys()]
    const standing: { producerId: number, grant: Grant, head: { epoch: number, offset: number } }[] = []
    for (let i = 0; i < ids.length; i += HEADS_AT_ONCE) {
      const some = ids.slice(i, i + HEADS_AT_ONCE)
      const heads = await untilDone(() => slots.run(() => broker.heads(some)), wanted)
      if (heads === null) return null
      for (const [j, { epoch, offset }] of heads.entries()) standing.push({ producerId: some[j]!, grant: active.get(some[j]!)!, head: { epoch, offset } })
    }
    return standing.filter(({ producerId, grant }) => !this.#news.endedAfter(producerId, grant))
  }

  #welcome (): void {
    const { identity } = this.#connection
    const frame: ConsumerWelcomeFrame = {
      type: 'welcome',
      user_id: identity.userId,
      expires_at: new Date(identity.expiresAt).toISOString(),
      server_time: new Date().toISOString(),
      heartbeat_ms: this.#parts.heartbeatMs,
      subscriptions: [...this.#feeds].map(({ producerId, place }) => ({ producer_id: producerId, ...place }))
    }
    this.#connection.sendFrame(frame)
  }

  /** Producers that were granted while SM was being asked. */
  #joinNew (): void {
    for (const change of this.#news.active()) if (this.#feeds.get(change.producer_id) === undefined) this.#feeds.join(change.producer_id, null)
  }

  /** From the moment that a resume is read no live message of its producers comes before what it asks for. */
  #holdFor ({ positions }: ResumeFrame): void {
    for (const { producer_id: producerId } of positions) {
      const feed = this.#feeds.get(producerId)
      if (feed !== undefined) this.#feeds.hold(feed)
    }
  }

  #resumeNext (): void {
    if (this.#resuming || this.#state === 'starting') return
    const frame = this.#resumes.shift()
    if (frame === undefined) return
    this.#resuming = true
    this.#resume(frame).catch((error: unknown) => this.fail(error)).finally(() => {
      this.#resuming = false
      this.#resumeNext()
    })
  }

  async #resume ({ positions }: ResumeFrame): Promise<void> {
    const { grants, metrics, slots } = this.#parts
    const active = await untilDone(() => slots.run(() => grants.all(this.#consumerId)), () => this.#state !== 'ended')
    if (active === null) return
    for (const [i, position] of positions.entries()) {
      const producerId = position.producer_id
      const grant = active.get(producerId)
      await this.#feeds.left(producerId)
      const known = this.#feeds.get(producerId)
      if (grant === undefined || this.#news.endedAfter(producerId, grant)) {
        if (known !== undefined) this.#feeds.release(known)
        metrics.resumed('refused')
        this.#connection.sendError({ code: 'MOT_FORBIDDEN', message: `${problemKind('MOT_FORBIDDEN').title}: no active subscription to producer ${producerId}`, path: `/positions/${i}/producer_id` })
        continue
      }
      const feed = known ?? this.#feeds.add(producerId, grant, position)
      if (grant.version > feed.grant.version) feed.grant = grant
      this.#feeds.resume(feed, position)
    }
  }
}
