import { consumerChannel, CONTROL_CHANNEL, type ControlEvent } from '@motience/schemas'
import type { ChannelHandler, ControlHandler } from '../broker.js'

/** Something to hand on: a control event, or a message on a consumer's channel. */
type Delivery = { consumerId: number, text: string } | { event: ControlEvent }

/**
 * Told of what a handler threw. A handler's fault must neither undo what was accepted nor keep others from their
 * message, so it ends here.
 */
export type HandlerFault = (error: unknown, channel: string) => void

/**
 * Handlers of one process and what is on its way to them. Handed on at once and in the order of publication, also
 * where a handler publishes itself: its publication waits until the present one was handed to everyone.
 * The queue is empty whenever `publish…` has returned to its outermost caller, so it needs no bound of its own.
 */
export const createDeliveries = (onFault: HandlerFault) => {
  const consumers = new Map<number, ChannelHandler>()
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
    controls,
    /** Hands each text to each consumer that has a handler, text by text. */
    publish (consumerIds: readonly number[], texts: readonly string[]): void {
      for (const text of texts) {
        for (const consumerId of consumerIds) {
          if (consumers.has(consumerId)) queue.push({ consumerId, text })
        }
      }
      drain()
    },
    publishControl (event: ControlEvent): void {
      queue.push({ event })
      drain()
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
