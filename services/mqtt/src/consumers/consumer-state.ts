import type { LogPosition } from '@motience/schemas'
import { PositionTracker } from './position-tracker.js'
import type { TopicFilter } from './topic-filter.js'

/** Maximum number of subscriptions of one client. */
export const MAX_SUBSCRIPTIONS = 100

/** A subscription, and the QoS that was granted. */
export interface Subscription extends TopicFilter { qos: 0 | 1 }

/** What a consumer's session keeps: its subscriptions, its positions, and the packet ids of messages without an ack. */
export class ConsumerState {
  readonly subscriptions = new Map<string, Subscription>()
  readonly trackers = new Map<number, PositionTracker>()
  /** The producer of each message that is not acked, by packet id. */
  readonly unacked = new Map<number, number>()
  #lastPacketId = 0

  /** The tracker of a producer, which begins at `position` if there is none. */
  track (producerId: number, position: LogPosition): PositionTracker {
    let tracker = this.trackers.get(producerId)
    if (tracker === undefined) this.trackers.set(producerId, tracker = new PositionTracker(position))
    return tracker
  }

  /** The client may no longer read a producer. */
  forget (producerId: number): void {
    this.trackers.delete(producerId)
    for (const [packetId, producer] of this.unacked) if (producer === producerId) this.unacked.delete(packetId)
  }

  /** Takes a packet id that is not in use. */
  takePacketId (producerId: number): number {
    do this.#lastPacketId = this.#lastPacketId % 65_535 + 1
    while (this.unacked.has(this.#lastPacketId))
    this.unacked.set(this.#lastPacketId, producerId)
    return this.#lastPacketId
  }

  acked (packetId: number): void {
    const producerId = this.unacked.get(packetId)
    if (producerId === undefined) return
    this.unacked.delete(packetId)
    this.trackers.get(producerId)?.acked(packetId)
  }

  /** Begins a new connection. */
  restart (): void { for (const tracker of this.trackers.values()) tracker.restart() }

  /** Without subscriptions nothing is followed. */
  clear (): void {
    this.trackers.clear()
    this.unacked.clear()
  }
}
