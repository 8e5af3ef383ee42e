import {
  consumerChannel, CONTROL_CHANNEL, ControlEventSchema, producerChannel, type ControlEvent
} from '@motience/schemas'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import {
  BrokerUnavailableError, type ChannelHandler, type ControlHandler, type ProducerHandler
} from '../broker.js'
import type { BrokerLogger } from '../logger.js'
import type { Connection } from './connection.js'
import type { ControlCount } from './control-count.js'

/** Maximum number of control events that are remembered to ignore their second copies. */
const MAX_RECENT = 4096

const controlEvent = TypeCompiler.Compile(ControlEventSchema)

/**
 * A control event as published, except for its number and the last brace, which the server adds. It has an id because
 * in a Cluster it arrives through every master.
 */
export const controlText = (event: ControlEvent, eventId: string): string =>
  JSON.stringify({ ...event, event_id: eventId }).slice(0, -1)

/** Parses `<list version> <envelope>`, as the script publishes it. */
const readWide = (producerId: number, handler: ProducerHandler): ChannelHandler => text => {
  const end = text.indexOf(' ')
  handler(producerId, Number(text.slice(0, end)), text.slice(end + 1))
}

/**
 * Dispatches what arrives on the subscriber's connection to handlers. It outlives connections: `attach` subscribes each
 * new one to everything.
 */
export const createChannels = (logger: BrokerLogger, count: ControlCount) => {
  const handlers = new Map<string, ChannelHandler>()
  const controls = new Set<ControlHandler>()
  const recent = new Set<string>()
  let connection: Connection | null = null

  const guard = (channel: string, run: () => void): void => {
    try {
      run()
    } catch (err) {
      logger.error({ err, channel }, 'Channel handler failed')
    }
  }

  /** The event of a control message, or null if it is a copy or invalid. */
  const readControl = (text: string): ControlEvent | null => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = null
    }
    if (!controlEvent.Check(value)) {
      logger.warn({ channel: CONTROL_CHANNEL }, 'Dropped an invalid control message')
      return null
    }
    const { event_id: eventId, number, ...event } = value as ControlEvent & { event_id?: unknown, number?: unknown }
    if (typeof number === 'number') count.received(number)
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
      const handler = handlers.get(channel)
      if (handler !== undefined) guard(channel, () => handler(text))
      return
    }
    const event = readControl(text)
    if (event === null) return
    for (const handler of [...controls]) guard(channel, () => handler(event))
  }

  /** Subscribes to channels in one call; if it fails, the previous handlers are restored. */
  const add = async (added: readonly (readonly [string, ChannelHandler])[]): Promise<void> => {
    if (connection === null) throw new BrokerUnavailableError('Not subscribed to Redis now')
    const before = added.map(([channel]) => handlers.get(channel))
    for (const [channel, handler] of added) handlers.set(channel, handler)
    try {
      await connection.subscribe(added.map(([channel]) => channel), onMessage)
    } catch (error) {
      for (const [i, [channel, handler]] of added.entries()) {
        if (handlers.get(channel) !== handler) continue
        const had = before[i]
        if (had === undefined) handlers.delete(channel)
        else handlers.set(channel, had)
      }
      throw error
    }
  }

  const remove = async (channels: readonly string[]): Promise<void> => {
    const known = channels.filter(channel => handlers.delete(channel))
    // If this fails, the connection is closed, and its subscriptions with it.
    if (known.length > 0) await connection?.unsubscribe(known, onMessage).catch(() => {})
  }

  return {
    /** Subscribes a new connection to everything, and restarts the control count. */
    async attach (opened: Connection): Promise<void> {
      connection = opened
      count.begin()
      await opened.subscribe([CONTROL_CHANNEL, ...handlers.keys()], onMessage)
    },

    /** Without a connection, subscribing rejects. */
    detach (): void {
      connection = null
    },

    subscribe: async (consumerId: number, handler: ChannelHandler): Promise<void> =>
      await add([[consumerChannel(consumerId), handler]]),

    unsubscribe: async (consumerId: number): Promise<void> => await remove([consumerChannel(consumerId)]),

    subscribeProducers: async (producerIds: readonly number[], handler: ProducerHandler): Promise<void> =>
      await add(producerIds.map(producerId => [producerChannel(producerId), readWide(producerId, handler)])),

    unsubscribeProducers: async (producerIds: readonly number[]): Promise<void> =>
      await remove(producerIds.map(producerChannel)),

    onControl (handler: ControlHandler): () => void {
      controls.add(handler)
      return () => { controls.delete(handler) }
    },

    clear (): void {
      handlers.clear()
      controls.clear()
      recent.clear()
      connection = null
    }
  }
}

export type Channels = ReturnType<typeof createChannels>
