import { comparePositions, type LogPosition } from '@motience/client/consumer'
import type { Envelope, Position, ResumedFrame } from '@motience/schemas'

type ReplayFrame = Envelope | ResumedFrame

/** The log and the history of one producer. */
export class FakeProducerLog {
  readonly #producerId: number
  #epoch = 1
  #head = 0
  /** The log, which can be trimmed. */
  #log: Envelope[] = []
  /** Everything, over all epochs. */
  readonly #history: Envelope[] = []

  constructor (producerId: number) {
    this.#producerId = producerId
  }

  get position (): LogPosition { return { epoch: this.#epoch, offset: this.#head } }

  append (): Envelope {
    const envelope: Envelope = {
      type: 'data',
      producer_id: this.#producerId,
      device_id: null,
      epoch: this.#epoch,
      offset: ++this.#head,
      id: null,
      session: null,
      seq: null,
      timestamp: '2026-01-01T00:00:00.000Z',
      received_at: '2026-01-01T00:00:00.000Z',
      payload: { n: this.#head }
    }
    this.#log.push(envelope)
    this.#history.push(envelope)
    return envelope
  }

  /** Removes the oldest entries of the log and leaves `keep`, as its bounds do. */
  trim (keep: number): void {
    this.#log = keep === 0 ? [] : this.#log.slice(-keep)
  }

  openEpoch (): void {
    this.#epoch++
    this.#head = 0
    this.#log = []
  }

  historyAfter (position: LogPosition): Envelope[] {
    return this.#history.filter(envelope => comparePositions(envelope, position) > 0)
  }

  /** What follows a position, after `recovered: false` if some of it is missing, and then `recovered: true`. */
  replay (position: Position): ReplayFrame[] {
    const resumed = (recovered: boolean, from: number, to: number): ReplayFrame =>
      ({ type: 'resumed', producer_id: this.#producerId, epoch: this.#epoch, recovered, from, to })
    const messages = this.#log.filter(envelope => comparePositions(envelope, position) > 0)
    const from = messages[0]?.offset ?? this.#head + 1
    const isBroken = this.#epoch !== position.epoch || from > position.offset + 1
    return [...isBroken ? [resumed(false, from, from - 1)] : [], ...messages, resumed(true, from, this.#head)]
  }
}
