import { consumerChannel, CONTROL_CHANNEL, ControlEventSchema, type ControlEvent } from '@motience/schemas'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { BrokerUnavailableError, type ChannelHandler, type ControlHandler } from '../broker.js'
import type { BrokerLogger } from '../logger.js'
import type { Connection } from './connection.js'
import type { ControlCount } from './control-count.js'

/** Most control events that are remembered to hand on a second copy no more. */
const MAX_RECENT = 4096

const controlEvent = TypeCompiler.Compile(ControlEventSchema)

/**
 * A control event as it is published, but for its number and the last brace, which the server adds: with an id, because
 * in a Cluster each comes through every master.
 */
export const controlText = (event: ControlEvent, eventId: string): string =>
  JSON.stringify({ ...event, event_id: eventId }).slice(0, -1)

/**
 * Who is handed what comes through the subscriber's connection. It outlives connections: each new one is subscribed to
 * everything by `attach`.
 */
export const createChannels = (logger: BrokerLogger, count: ControlCount) => {
  const consumers = new Map<string, ChannelHandler>()
  const controls = new Set<ControlHandler>()
  const recent = new Set<string>()
  let connection: Connection | null = null

  const guard = (channel: string, run: () => void): void => {
    try {
      run()
    } catch (err) {
      logger.error({ err, channel }, 'Handler of a channel failed')
    }
  }

  /** The event of a control message, or null if it was handed on before or is none. */
  const readControl = (text: string): ControlEvent | null => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = null
    }
    if (!controlEvent.Check(value)) {
      logger.warn({ channel: CONTROL_CHANNEL }, 'Dropped a control message that is no event')
      return null
    }
    const { event_id: eventId, number, ...event } = value as ControlEvent & { event_id?: unknown, number?: unknown }
    if (typeof number === 'number') count.came(number)
    if (typeof eventId !== 'string') return event as ControlEvent
    if (recent.has(eventId)) return null
    recent.add(eventId)
    if (recent.size > MAX_RECENT) {
      const [oldest] = recent
      recent.delete(oldest!)
    }
    return event as ControlEvent
  }

  const onMessage = (text: string, channel: string): void => {
    if (channel !== CONTROL_CHANNEL) {
      const handler = consumers.get(channel)
      if (handler !== undefined) guard(channel, () => handler(text))
      return
    }
    const event = readControl(text)
    if (event === null) return
    for (const handler of [...controls]) guard(channel, () => handler(event))
  }

  return {
    /** Subscribes a new connection to everything; what it hands on counts from now. */
    async attach (opened: Connection): Promise<void> {
      connection = opened
      count.begin()
      await opened.subscribe([CONTROL_CHANNEL, ...consumers.keys()], onMessage)
    },

    /** While there is no connection, a subscription can't be made. */
    detach (): void {
      connection = null
    },

    async subscribe (consumerId: number, handler: ChannelHandler): Promise<void> {
      if (connection === null) throw new BrokerUnavailableError('Not subscribed to Redis now')
      const channel = consumerChannel(consumerId)
      const had = consumers.get(channel)
      consumers.set(channel, handler)
      try {
        await connection.subscribe([channel], onMessage)
      } catch (error) {
        if (consumers.get(channel) === handler) {
          if (had === undefined) consumers.delete(channel)
          else consumers.set(channel, had)
        }
        throw error
      }
    },

    async unsubscribe (consumerId: number): Promise<void> {
      const channel = consumerChannel(consumerId)
      if (!consumers.delete(channel)) return
      // A connection that fails here takes the subscription with it.
      await connection?.unsubscribe([channel], onMessage).catch(() => {})
    },

    onControl (handler: ControlHandler): () => void {
      controls.add(handler)
      return () => { controls.delete(handler) }
    },

    clear (): void {
      consumers.clear()
      controls.clear()
      recent.clear()
      connection = null
    }
  }
}

export type Channels = ReturnType<typeof createChannels>
