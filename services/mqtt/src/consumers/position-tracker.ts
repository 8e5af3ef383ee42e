import { comparePositions, type LogPosition } from '@motience/schemas'

/** Consecutive messages that were handled: one that is to be acked, or a run of those that need no ack. */
interface Handled { from: LogPosition, to: LogPosition, packetId: number, acked: boolean, sentNow: boolean }

/** What has to be done with a message. `again` was sent before, under this packet id, without being acked. */
export type Turn = 'new' | 'finished' | { again: number }

/**
 * How far a client has got with one producer's messages. The position advances over messages that were acked, at QoS 0
 * over those that were sent, and over those that no subscription matches.
 */
export class PositionTracker {
  /** Every message up to here is finished: a session resumes after it. */
  position: LogPosition
  /** Every message up to here was handled on this connection. */
  last: LogPosition
  /** Messages after `position`, in the order of the log; at most two for each message without an ack. */
  #handled: Handled[] = []

  constructor (position: LogPosition) { this.position = this.last = position }

  /** What to do with a message that arrived. */
  turn (position: LogPosition): Turn {
    if (comparePositions(position, this.position) <= 0) return 'finished'
    const latest = this.#handled.at(-1)
    if (latest === undefined || comparePositions(position, latest.to) > 0) return 'new'
    const known = this.#handled.find(({ from, to }) =>
      comparePositions(from, position) <= 0 && comparePositions(position, to) <= 0)
    if (known === undefined) return 'new'
    return known.acked ? 'finished' : { again: known.packetId }
  }

  /** A message was sent under a packet id and is to be acked. */
  sent (position: LogPosition, packetId: number): void {
    this.#reached(position)
    const known = this.#handled.find(entry => entry.packetId === packetId && !entry.acked)
    if (known !== undefined) known.sentNow = true
    else this.#handled.push({ from: position, to: position, packetId, acked: false, sentNow: true })
  }

  /** A message, or everything up to a position, needs no ack. */
  finished (position: LogPosition): void {
    this.#reached(position)
    const latest = this.#handled.at(-1)
    if (latest === undefined) this.#advance(position)
    else if (comparePositions(position, latest.to) > 0) {
      if (latest.packetId === 0) latest.to = position
      else this.#handled.push({ from: position, to: position, packetId: 0, acked: true, sentNow: true })
    }
  }

  acked (packetId: number): void {
    const known = this.#handled.find(entry => entry.packetId === packetId && !entry.acked)
    if (known !== undefined) known.acked = true
    this.#shift()
  }

  /** Messages up to a position are missing; returns the packet ids of those that would have been sent again. */
  missing (position: LogPosition): number[] {
    const lost = this.#handled.filter(({ to, acked, sentNow }) =>
      !acked && !sentNow && comparePositions(to, position) <= 0)
    for (const entry of lost) entry.acked = true
    this.#shift()
    this.finished(position)
    return lost.map(({ packetId }) => packetId)
  }

  /** A new connection: messages after `position` will come again. */
  restart (): void {
    this.last = this.position
    for (const entry of this.#handled) entry.sentNow = false
  }

  #shift (): void { while (this.#handled[0]?.acked === true) this.#advance(this.#handled.shift()!.to) }

  #reached (position: LogPosition): void { if (comparePositions(position, this.last) > 0) this.last = position }

  #advance (position: LogPosition): void {
    if (comparePositions(position, this.position) > 0) this.position = position
  }
}
