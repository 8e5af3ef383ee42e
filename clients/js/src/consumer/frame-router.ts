import type { ConsumerServerFrame, Envelope, Position } from '@motience/schemas'
import { MAX_RESUME_POSITIONS, type LogPosition } from '@motience/schemas/protocol'
import type { PositionTracker } from './position-tracker.js'
import { ProducerStream, type ProducerStreamOptions } from './producer-stream.js'
import type { ConsumerEvents } from './types.js'

type Welcome = Extract<ConsumerServerFrame, { type: 'welcome' }>
type Frame = Exclude<ConsumerServerFrame, Welcome>

export interface FrameRouterDependencies {
  options: ProducerStreamOptions
  positions: PositionTracker
  emit<K extends keyof ConsumerEvents> (event: K, value: ConsumerEvents[K]): void
  deliver (envelope: Envelope): void
  /** Sends a frame if connected. */
  send (frame: object): void
  /** Drops the connection, so that the next one resumes. */
  reconnect (): void
  backfill (producerId: number, after: LogPosition, before: LogPosition): void
}

/** Routes frames from the server to one stream per subscribed producer. */
export class FrameRouter {
  readonly #streams = new Map<number, ProducerStream>()

  constructor (private readonly dependencies: FrameRouterDependencies) {}

  stream (producerId: number): ProducerStream | undefined { return this.#streams.get(producerId) }

  /** Asks for the messages missed while disconnected, and drops producers whose subscriptions have ended. */
  welcome (frame: Welcome): void {
    const { positions } = this.dependencies
    const active = new Map(frame.subscriptions.map(position => [position.producer_id, position]))
    for (const producerId of new Set([
      ...this.#streams.keys(),
      ...positions.all().map(position => position.producer_id)
    ])) {
      if (!active.has(producerId)) this.#end(producerId, 'while not connected')
    }
    const missed: Position[] = []
    for (const position of frame.subscriptions) {
      const { producer_id: producerId } = position
      const from = this.#open(producerId).connected(position)
      if (from !== null) missed.push({ producer_id: producerId, epoch: from.epoch, offset: from.offset })
      // A restart before the first message has to know where to resume.
      if (positions.get(producerId) === undefined) positions.reset(producerId, position)
    }
    for (let i = 0; i === 0 || i < missed.length; i += MAX_RESUME_POSITIONS) {
      const end = i + MAX_RESUME_POSITIONS
      this.dependencies.send({
        type: 'resume',
        positions: missed.slice(i, end),
        ...(end < missed.length ? { more: true } : {})
      })
    }
    this.dependencies.emit('subscriptions', frame.subscriptions)
  }

  disconnected (): void {
    for (const stream of this.#streams.values()) stream.disconnected()
  }

  frame (frame: Frame): void {
    switch (frame.type) {
      case 'data':
      case 'resumed':
      case 'gap':
        this.#streams.get(frame.producer_id)?.frame(frame)
        break
      case 'subscribed':
        this.#streams.delete(frame.producer_id)
        this.dependencies.positions.reset(frame.producer_id, { epoch: frame.epoch, offset: frame.offset })
        this.#open(frame.producer_id).connected(frame)
        this.dependencies.emit('subscribed', frame)
        break
      case 'unsubscribed':
        this.#end(frame.producer_id, frame.reason)
        break
      case 'error':
        this.dependencies.emit('error', frame)
        break
      case 'authenticated':
    }
  }

  #open (producerId: number): ProducerStream {
    let stream = this.#streams.get(producerId)
    if (stream !== undefined) return stream
    const { dependencies } = this
    stream = new ProducerStream({
      deliver: envelope => { dependencies.deliver(envelope) },
      gap: gap => { dependencies.emit('gap', { producer_id: producerId, ...gap }) },
      backfill: (after, before) => { dependencies.backfill(producerId, after, before) },
      resumed: frame => { dependencies.emit('resumed', frame) },
      reconnect: () => { dependencies.reconnect() },
      reset: position => { dependencies.positions.reset(producerId, position) }
    }, dependencies.options)
    const saved = dependencies.positions.get(producerId)
    if (saved !== undefined) stream.restore(saved)
    this.#streams.set(producerId, stream)
    return stream
  }

  #end (producerId: number, reason: string): void {
    this.#streams.get(producerId)?.end()
    this.#streams.delete(producerId)
    this.dependencies.positions.forget(producerId)
    this.dependencies.emit('unsubscribed', { type: 'unsubscribed', producer_id: producerId, reason })
  }
}
