import type { ConsumerServerFrame, Envelope, Position } from '@motience/schemas'
import { MAX_RESUME_POSITIONS, type LogPosition } from '@motience/schemas/protocol'
import type { PositionKeeper } from './position-keeper.js'
import { Track, type TrackOptions } from './track.js'
import type { ConsumerEvents } from './types.js'

type Welcome = Extract<ConsumerServerFrame, { type: 'welcome' }>
type Frame = Exclude<ConsumerServerFrame, Welcome>

export interface InboxParts {
  options: TrackOptions
  keeper: PositionKeeper
  emit<K extends keyof ConsumerEvents> (event: K, value: ConsumerEvents[K]): void
  deliver (envelope: Envelope): void
  /** Sends a frame, where there is a connection. */
  send (frame: object): void
  /** Ends the connection, so that the next one resumes. */
  reconnect (): void
  bridge (producerId: number, after: LogPosition, before: LogPosition): void
}

/** Hands on what comes from the server, by a track for each producer that is subscribed to. */
export class Inbox {
  readonly #tracks = new Map<number, Track>()

  constructor (private readonly parts: InboxParts) {}

  track (producerId: number): Track | undefined { return this.#tracks.get(producerId) }

  /** The server has greeted and waits: asks for what was missed, and drops the producers whose subscriptions ended. */
  welcome (frame: Welcome): void {
    const active = new Map(frame.subscriptions.map(position => [position.producer_id, position]))
    for (const producerId of new Set([
      ...this.#tracks.keys(),
      ...this.parts.keeper.all().map(position => position.producer_id)
    ])) {
      if (!active.has(producerId)) this.#end(producerId, 'while not connected')
    }
    const missed: Position[] = []
    for (const position of frame.subscriptions) {
      const { producer_id: producerId } = position
      const from = this.#open(producerId).connected(position)
      if (from !== null) missed.push({ producer_id: producerId, epoch: from.epoch, offset: from.offset })
      // a restart before the first message has to know from where it was awaited
      if (this.parts.keeper.get(producerId) === undefined) this.parts.keeper.reset(producerId, position)
    }
    for (let i = 0; i === 0 || i < missed.length; i += MAX_RESUME_POSITIONS) {
      const end = i + MAX_RESUME_POSITIONS
      this.parts.send({ type: 'resume', positions: missed.slice(i, end), ...end < missed.length ? { more: true } : {} })
    }
    this.parts.emit('subscriptions', frame.subscriptions)
  }

  disconnected (): void {
    for (const track of this.#tracks.values()) track.disconnected()
  }

  frame (frame: Frame): void {
    switch (frame.type) {
      case 'data':
      case 'resumed':
      case 'gap':
        this.#tracks.get(frame.producer_id)?.frame(frame)
        break
      case 'subscribed':
        this.#tracks.delete(frame.producer_id)
        this.parts.keeper.reset(frame.producer_id, { epoch: frame.epoch, offset: frame.offset })
        this.#open(frame.producer_id).connected(frame)
        this.parts.emit('subscribed', frame)
        break
      case 'unsubscribed':
        this.#end(frame.producer_id, frame.reason)
        break
      case 'error':
        this.parts.emit('error', frame)
        break
      case 'authenticated':
    }
  }

  #open (producerId: number): Track {
    let track = this.#tracks.get(producerId)
    if (track !== undefined) return track
    const { parts } = this
    track = new Track({
      deliver: envelope => { parts.deliver(envelope) },
      gap: gap => { parts.emit('gap', { producer_id: producerId, ...gap }) },
      bridge: (after, before) => { parts.bridge(producerId, after, before) },
      resumed: frame => { parts.emit('resumed', frame) },
      reconnect: () => { parts.reconnect() },
      reset: place => { parts.keeper.reset(producerId, place) }
    }, parts.options)
    const kept = parts.keeper.get(producerId)
    if (kept !== undefined) track.restore(kept)
    this.#tracks.set(producerId, track)
    return track
  }

  #end (producerId: number, reason: string): void {
    this.#tracks.get(producerId)?.end()
    this.#tracks.delete(producerId)
    this.parts.keeper.forget(producerId)
    this.parts.emit('unsubscribed', { type: 'unsubscribed', producer_id: producerId, reason })
  }
}
