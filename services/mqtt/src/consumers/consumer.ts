import { FifoQueue } from '@motience/dispatch'
import type { Logger } from '@motience/kit'
import {
  positionOf, readEnvelopeHead, type ConsumerWelcomeFrame, type LogPosition, type Position
} from '@motience/schemas'
import type { Connection } from '../connection/connection.js'
import type { MqttMetrics } from '../metrics.js'
import { reasons } from '../wire/reasons.js'
import type { ConsumerState } from './consumer-state.js'
import { encodeDelivery } from './delivery.js'
import { Feed, type FeedFrame } from './feed.js'
import { deliveryTopic, matches } from './topic-filter.js'

/** Maximum number of messages without an ack toward one consumer. */
export const MAX_UNACKED = 100

/** Unread bytes of a consumer from which on no more are sent to it. */
const MAX_UNREAD_BYTES = 131_072

/** Time that a grant may take to be announced by WSS2 after SM has answered, in milliseconds. */
const GRANT_MS = 1_000

/** Time until WSS2 has to have welcomed a consumer that subscribes, in milliseconds. */
const WELCOME_MS = 10_000

/** Collaborators of every `Consumer`. */
export interface ConsumerDependencies { wss2Url: string, metrics: MqttMetrics, logger: Logger }

/** What the client asked for when it connected. */
export interface ConsumerOptions { credential: string, receiveMaximum: number, maxPacket: number }

/** Something from WSS2 that has to be handled in its turn: a message, or a position up to which there is none. */
type Arrival = { text: string } | { producerId: number, position: LogPosition, missing: boolean }

/** Delivers messages to one connection: what WSS2 sends for it, on the topics that it subscribed to. */
export class Consumer {
  readonly #connection: Connection
  readonly #state: ConsumerState
  readonly #dependencies: ConsumerDependencies
  readonly #options: ConsumerOptions
  readonly #window: number
  readonly #arrivals = new FifoQueue<Arrival>()
  readonly #stopDraining: () => void
  readonly #grants = new Set<number>()
  #welcomed = false
  #feed: Feed | null = null
  #paused = false
  /** Called when the grants change. */
  #onGrants: (() => void) | null = null

  constructor (
    connection: Connection, state: ConsumerState, dependencies: ConsumerDependencies, options: ConsumerOptions
  ) {
    this.#connection = connection
    this.#state = state
    this.#dependencies = dependencies
    this.#options = options
    this.#window = Math.min(MAX_UNACKED, options.receiveMaximum)
    this.#stopDraining = connection.onDrain(() => { this.#deliver() })
    state.restart()
  }

  /** Follows WSS2 while there are subscriptions. */
  follow (): void {
    if (this.#state.subscriptions.size === 0) {
      this.#stop()
      this.#state.clear()
    } else if (this.#feed === null) {
      this.#open()
    }
  }

  /**
   * Resolves once it is known whether the consumer may read these producers, to those that it may read; null if WSS2
   * does not answer.
   */
  async readable (producerIds: readonly number[]): Promise<ReadonlySet<number> | null> {
    if (this.#feed === null) this.#open()
    if (!await this.#until(() => this.#welcomed, WELCOME_MS)) return null
    await this.#until(() => producerIds.every(id => this.#grants.has(id)), GRANT_MS)
    return this.#grants
  }

  acked (packetId: number): void {
    this.#state.acked(packetId)
    this.#deliver()
  }

  ended (): void {
    this.#stop()
    this.#stopDraining()
    this.#onGrants?.()
  }

  #open (): void {
    const { wss2Url, logger } = this.#dependencies
    this.#feed = new Feed({
      url: wss2Url,
      credential: this.#options.credential,
      logger,
      handlers: {
        welcome: frame => this.#welcome(frame),
        data: text => { this.#arrived({ text }) },
        frame: frame => { this.#frame(frame) },
        refused: reason => { this.#connection.close(reason) },
        failed: error => {
          logger.error({ err: error }, 'Failed to deliver messages to a consumer')
          this.#connection.close(reasons.unspecified)
        }
      }
    })
  }

  #stop (): void {
    this.#feed?.close()
    this.#feed = null
    this.#welcomed = false
    this.#paused = false
    this.#grants.clear()
    while (this.#arrivals.shift() !== undefined);
  }

  #welcome ({ subscriptions }: ConsumerWelcomeFrame): Position[] {
    // what waits was sent by a connection that was lost, and comes again
    while (this.#arrivals.shift() !== undefined);
    this.#grants.clear()
    for (const { producer_id: producerId, ...position } of subscriptions) {
      this.#grants.add(producerId)
      this.#state.track(producerId, position)
    }
    for (const producerId of [...this.#state.trackers.keys()]) {
      if (!this.#grants.has(producerId)) this.#state.forget(producerId)
    }
    this.#welcomed = true
    this.#onGrants?.()
    this.#deliver()
    return [...this.#state.trackers].map(([producerId, { last }]) => ({ producer_id: producerId, ...last }))
  }

  #frame (frame: FeedFrame): void {
    switch (frame.type) {
      case 'subscribed':
        this.#grants.add(frame.producer_id)
        this.#state.track(frame.producer_id, positionOf(frame))
        this.#onGrants?.()
        break
      case 'unsubscribed':
        this.#grants.delete(frame.producer_id)
        this.#state.forget(frame.producer_id)
        break
      case 'resumed':
      case 'gap': {
        const { producer_id: producerId, epoch, to } = frame
        const missing = frame.type === 'gap' || !frame.recovered
        this.#arrived({ producerId, position: { epoch, offset: to }, missing })
        break
      }
    }
  }

  #arrived (arrival: Arrival): void {
    this.#arrivals.push(arrival)
    this.#deliver()
  }

  /** Handles what has arrived, as far as the client may be sent more; WSS2 is not read while something waits. */
  #deliver (): void {
    if (this.#feed === null) return
    while (this.#arrivals.size > 0 && this.#connection.open) {
      if (this.#connection.unreadBytes > MAX_UNREAD_BYTES || !this.#handle(this.#arrivals.at(0)!)) break
      this.#arrivals.shift()
    }
    const pause = this.#arrivals.size > 0
    if (pause === this.#paused) return
    this.#paused = pause
    if (this.#paused) this.#feed.pause()
    else this.#feed.resume()
  }

  /** Handles an arrival; false if it has to wait for acks. */
  #handle (arrival: Arrival): boolean {
    if (!('text' in arrival)) {
      const { producerId, position, missing } = arrival
      const tracker = this.#state.trackers.get(producerId)
      if (!missing) tracker?.finished(position)
      else {
        this.#dependencies.metrics.gap()
        for (const packetId of tracker?.missing(position) ?? []) this.#state.acked(packetId)
      }
      return true
    }
    const head = readEnvelopeHead(arrival.text)
    const tracker = head === null ? undefined : this.#state.trackers.get(head.producer_id)
    // access ended while the message waited
    if (head === null || tracker === undefined) return true
    const position = positionOf(head)
    const turn = tracker.turn(position)
    const qos = turn === 'finished' ? null : this.#qosOf(deliveryTopic(head.producer_id, head.device_id))
    if (qos === null) {
      tracker.finished(position)
      return true
    }
    const again = typeof turn === 'object'
    if (qos === 1 && !again && this.#state.unacked.size >= this.#window) return false
    const packetId = again ? turn.again : qos === 1 ? this.#state.takePacketId(head.producer_id) : null
    const bytes = encodeDelivery(arrival.text, { version: this.#connection.version, packetId, again })
    if (bytes.length > this.#options.maxPacket) {
      // MQTT 5, section 3.1.2.11.4: the message counts as delivered
      this.#dependencies.metrics.gap()
      tracker.finished(position)
      if (packetId !== null) this.#state.acked(packetId)
      return true
    }
    if (packetId === null) tracker.finished(position)
    else tracker.sent(position, packetId)
    this.#dependencies.metrics.delivered()
    this.#connection.sendBytes(bytes)
    return true
  }

  /** The highest QoS of the subscriptions that match a topic; null if none does. */
  #qosOf (topic: string): 0 | 1 | null {
    const levels = topic.split('/')
    let qos: 0 | 1 | null = null
    for (const subscription of this.#state.subscriptions.values()) {
      if (qos !== 1 && matches(subscription.levels, levels)) qos = subscription.qos
    }
    return qos
  }

  /** Resolves to true once the condition holds, or to false after a time or when the connection has closed. */
  async #until (condition: () => boolean, maxMs: number): Promise<boolean> {
    if (condition()) return true
    return await new Promise<boolean>(resolve => {
      const done = (result: boolean): void => {
        clearTimeout(timer)
        this.#onGrants = null
        resolve(result)
      }
      const timer = setTimeout(() => { done(false) }, maxMs)
      this.#onGrants = () => {
        if (condition()) done(true)
        else if (!this.#connection.open) done(false)
      }
    })
  }
}
