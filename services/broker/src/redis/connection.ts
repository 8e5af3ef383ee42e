import { createClient, ErrorReply, type RedisArgument } from 'redis'
import { BrokerUnavailableError } from '../broker.js'
import { type Access, type Address, addressName, clientOptions } from './address.js'
import { asFailure } from './failure.js'

/** Handed what is published to a channel. */
export type ChannelListener = (text: string, channel: string) => void

/**
 * One connection to one server, for as long as it lasts: it is never opened again, so nothing that was asked of it can
 * be done after it ended. A reply that is late ends it, for a connection answers in order and the rest would be late
 * too.
 */
export interface Connection {
  readonly address: Address
  readonly isOpen: boolean
  /** Sends one command. Rejects with `BrokerUnavailableError`, or with the server's refusal. */
  send (args: readonly RedisArgument[]): Promise<unknown>
  subscribe (channels: readonly string[], listener: ChannelListener): Promise<void>
  /** Takes off what was subscribed with the same listener. */
  unsubscribe (channels: readonly string[], listener: ChannelListener): Promise<void>
  /** Told once, when it has ended; at once where it has. */
  onClose (handler: (reason: string) => void): void
  destroy (reason: string): void
}

/** Most channels of one SUBSCRIBE, so that other commands get between. */
const CHANNELS_A_COMMAND = 500

/** Opens a connection; rejects with `BrokerUnavailableError` if that takes longer than a reply may. */
export const openConnection = async (address: Address, access: Access, timeoutMs: number): Promise<Connection> => {
  const client = createClient(clientOptions(address, access, timeoutMs))
  const closeHandlers: ((reason: string) => void)[] = []
  /** When each pending call was made, oldest first. */
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

  // A busy process may be late itself: what its socket holds is read before the server is blamed.
  const watch = setInterval(() => {
    if (isLate()) setImmediate(() => { if (isLate()) end(`no reply within ${timeoutMs} ms`) })
  }, Math.max(10, timeoutMs / 10))
  watch.unref()

  /** Waits for a reply, at most as long as the connection lasts. */
  const timed = async <T>(call: () => Promise<T>): Promise<T> => {
    if (ended) throw new BrokerUnavailableError(`Not connected to Redis at ${addressName(address)}`)
    const mark = { since: performance.now() }
    pending.add(mark)
    try {
      return await call()
    } catch (error) {
      if (error instanceof ErrorReply) throw error
      throw lost === ''
        ? asFailure(error)
        : new BrokerUnavailableError(`Lost Redis at ${addressName(address)}: ${lost}`, { cause: error })
    } finally {
      pending.delete(mark)
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
      const parts: Promise<void>[] = []
      for (let i = 0; i < channels.length; i += CHANNELS_A_COMMAND) {
        parts.push(timed(() => client.subscribe(channels.slice(i, i + CHANNELS_A_COMMAND), listener)))
      }
      await Promise.all(parts)
    },
    // The client sends a SUBSCRIBE that follows at once only if it was told the listener here.
    unsubscribe: (channels, listener) => timed(() => client.unsubscribe([...channels], listener)),
    onClose (handler) {
      if (ended) handler('closed')
      else closeHandlers.push(handler)
    },
    destroy: end
  }
}
