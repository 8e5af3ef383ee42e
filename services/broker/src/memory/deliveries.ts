import { consumerChannel, CONTROL_CHANNEL, producerChannel, type ControlEvent } from '@motience/schemas'
import type { ChannelHandler, ControlHandler, ProducerHandler } from '../broker.js'

/** Something to deliver: a control event, or a message on the channel of a consumer or a producer. */
type Delivery =
  | { consumerId: number, text: string }
  | { producerId: number, version: number, text: string }
  | { event: ControlEvent }

/**
 * Called with what a handler threw. A failing handler must neither undo what was accepted nor keep others from their
 * message, so its error ends here.
 */
export type HandlerFault = (error: unknown, channel: string) => void

/**
 * Handlers of one process, and pending deliveries. Deliveries are synchronous and in order of publication, even if a
 * handler publishes something itself: that waits until the current one was delivered to all. The queue is empty
 * whenever the outermost call of `publish…` has returned, so it needs no limit.
 */
export const createDeliveries = (onFault: HandlerFault) => {
  const consumers = new Map<number, ChannelHandler>()
  const producers = new Map<number, ProducerHandler>()
  const controls = new Set<ControlHandler>()
  const queue: Delivery[] = []
  let draining = false

  const guard = (channel: string, run: () => void): void => {
    try {
      run()
    } catch (error) {
      onFault(error, channel)
    }
  }

  const drain = (): void => {
    if (draining) return
    draining = true
    for (let i = 0; i < queue.length; i++) {
      const delivery = queue[i]!
      if ('event' in delivery) {
        for (const handler of [...controls]) guard(CONTROL_CHANNEL, () => handler(delivery.event))
      } else if ('producerId' in delivery) {
        const { producerId, version, text } = delivery
        const handler = producers.get(producerId)
        if (handler !== undefined) guard(producerChannel(producerId), () => handler(producerId, version, text))
      } else {
        const handler = consumers.get(delivery.consumerId)
        if (handler !== undefined) guard(consumerChannel(delivery.consumerId), () => handler(delivery.text))
      }
    }
    queue.length = 0
    draining = false
  }

  return {
    consumers,
    producers,
    controls,
    /** Delivers each text to each consumer with a handler, one text after the other. */
    publish (consumerIds: readonly number[], texts: readonly string[]): void {
      for (const text of texts) {
        for (const consumerId of consumerIds) {
          if (consumers.has(consumerId)) queue.push({ consumerId, text })
        }
      }
      drain()
    },
    /** Delivers each text to the producer's handler, with the version that it was accepted with. */
    publishWide (producerId: number, version: number, texts: readonly string[]): void {
      if (!producers.has(producerId)) return
      for (const text of texts) queue.push({ producerId, version, text })
      drain()
    },
    publishControl (event: ControlEvent): void {
      queue.push({ event })
      drain()
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
