import type { AcceptMessage, Broker } from '@motience/broker'
import type { FakeSm } from './fake-sm.js'

/** Publishes as DSM does: with the current subscribers, again if they are stale, and in a new epoch if required. */
export interface Publisher {
  /**
   * Accepts `count` messages of a producer, one at a time or, with `together`, in one call; resolves to the last
   * position. With `unheard` they are in the log but on no channel, as if they were still in transit.
   */
  publish(
    producerId: number,
    count?: number,
    options?: { device?: string; bytes?: number; together?: boolean; unheard?: boolean }
  ): Promise<{ epoch: number; offset: number }>
  /** Opens the next epoch. */
  newEpoch (producerId: number): Promise<number>
}

const TIME = '2026-01-01T00:00:00.000Z'

const messageOf = (producerId: number, device: string | undefined, number: number, bytes: number): AcceptMessage => {
  const head = JSON.stringify({ type: 'data', producer_id: producerId, device_id: device ?? null })
  const payload = { number, fill: 'x'.repeat(bytes) }
  const tail = JSON.stringify({ id: null, session: null, seq: null, timestamp: TIME, received_at: TIME, payload })
  return {
    head: `${head.slice(0, -1)},"epoch":`,
    tail: `,${tail.slice(1)}`,
    device: device ?? '',
    session: null,
    seq: null
  }
}

/** With `wide`, each message is published once, on the producer's channel. */
export const createPublisher = (broker: Broker, sm: FakeSm, wide = false): Publisher => {
  const epochs = new Map<number, number>()
  let number = 0

  const newEpoch = async (producerId: number): Promise<number> => {
    const [expected] = await broker.heads([producerId])
    const epoch = Math.max(epochs.get(producerId) ?? 0, expected!.epoch) + 1
    epochs.set(producerId, epoch)
    const { version } = sm.subscribers(producerId)
    const opened = await broker.openEpoch({ producerId, epoch, expected: expected!, version })
    if (!opened) throw new Error('Another publisher opened an epoch')
    return epoch
  }

  const accept = async (
    producerId: number,
    messages: AcceptMessage[],
    unheard: boolean
  ): Promise<{ epoch: number; offset: number }> => {
    for (;;) {
      const [result] = await broker.accept([
        { producerId, ...sm.subscribers(producerId), ...(unheard ? { subscribers: [] } : { wide }), messages }
      ])
      if (result!.kind === 'unverified') await newEpoch(producerId)
      else if (result!.kind === 'ok') {
        const last = result!.outcomes.at(-1)!
        if (last.kind !== 'accepted') throw new Error('The message was a repeat')
        return { epoch: result!.epoch, offset: last.offset }
      }
    }
  }

  return {
    newEpoch,
    async publish (producerId, count = 1, { device, bytes = 0, together = false, unheard = false } = {}) {
      const messages = Array.from({ length: count }, () => messageOf(producerId, device, ++number, bytes))
      if (together) return await accept(producerId, messages, unheard)
      let position = { epoch: 0, offset: 0 }
      for (const message of messages) position = await accept(producerId, [message], unheard)
      return position
    }
  }
}
