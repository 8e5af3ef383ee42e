import { createClient, ErrorReply, type RedisArgument } from 'redis'
import { BrokerUnavailableError } from '../broker.js'
import { type Access, type Address, addressName, clientOptions } from './address.js'
import { asFailure } from './failure.js'

/** Receives what is published to a channel. */
export type ChannelListener = (text: string, channel: string) => void

/**
 * One connection to one server. It is never reopened, so nothing that was sent can take effect after it has ended. A
 * late reply ends it, since replies arrive in order, and the following ones would be late, too.
 */
export interface Connection {
  readonly address: Address
  readonly isOpen: boolean
  /** Sends one command. Rejects with `BrokerUnavailableError`, or with the server's error. */
  send (args: readonly RedisArgument[]): Promise<unknown>
  subscribe (channels: readonly string[], listener: ChannelListener): Promise<void>
  /** Removes subscriptions with the same listener. */
  unsubscribe (channels: readonly string[], listener: ChannelListener): Promise<void>
  /** Called once when the connection has ended, immediately if it has already. */
  onClose (handler: (reason: string) => void): void
  destroy (reason: string): void
}

/** Maximum number of channels per SUBSCRIBE, so that other commands are sent in between. */
const CHANNELS_PER_COMMAND = 500

/** Opens a connection; rejects with `BrokerUnavailableError` if that takes longer than `timeoutMs`. */
export const openConnection = async (address: Address, access: Access, timeoutMs: number): Promise<Connection> => {
  const client = createClient(clientOptions(address, access, timeoutMs))
  const closeHandlers: ((reason: string) => void)[] = []
  /** Start times of pending calls, oldest first. */
  const pending = new Set<{ since: number }>()
  let ended = false
  let lost = ''

  const end = (reason: string): void => {
    if (ended) return
    ended = true
    lost = reason
    clearInterval(watch)
    client.destroy()
    for (const handler of closeHandlers) handler(reason)
  }

  const isLate = (): boolean => {
    const [oldest] = pending
    return oldest !== undefined && performance.now() - oldest.since > timeoutMs
  }

  // If this process is busy, replies may be waiting in the socket: they are read before the server counts as late.
  const watch = setInterval(() => {
    if (isLate()) setImmediate(() => { if (isLate()) end(`no reply within ${timeoutMs} ms`) })
  }, Math.max(10, timeoutMs / 10))
  watch.unref()

  /** Waits for a reply, but not longer than the connection lasts. */
  const timed = async <T>(send: () => Promise<T>): Promise<T> => {
    if (ended) throw new BrokerUnavailableError(`Not connected to Redis at ${addressName(address)}`)
    const call = { since: performance.now() }
    pending.add(call)
    try {
      return await send()
    } catch (error) {
      if (error instanceof ErrorReply) throw error
      throw lost === ''
        ? asFailure(error)
        : new BrokerUnavailableError(`Lost Redis at ${addressName(address)}: ${lost}`, { cause: error })
    } finally {
      pending.delete(call)
    }
  }

  client.on('error', (error: unknown) => end(error instanceof Error ? error.message : String(error)))
  client.on('end', () => end('closed'))
  await timed(() => client.connect()).catch(error => {
    end('not opened')
    throw asFailure(error)
  })

  return {
    address,
    get isOpen () { return !ended },
    send: args => timed(() => client.sendCommand(args)),
    async subscribe (channels, listener) {
      const commands: Promise<void>[] = []
      for (let i = 0; i < channels.length; i += CHANNELS_PER_COMMAND) {
        commands.push(timed(() => client.subscribe(channels.slice(i, i + CHANNELS_PER_COMMAND), listener)))
      }
      await Promise.all(commands)
    },
    // The client only sends a SUBSCRIBE that follows immediately if the listener was passed here.
    unsubscribe: (channels, listener) => timed(() => client.unsubscribe([...channels], listener)),
    onClose (handler) {
      if (ended) handler('closed')
      else closeHandlers.push(handler)
    },
    destroy: end
  }
}
