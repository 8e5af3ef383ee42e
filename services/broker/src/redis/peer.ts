import { BrokerUnavailableError } from '../broker.js'
import { type Access, type Address, addressName } from './address.js'
import { type Connection, openConnection } from './connection.js'

/** A server that is queried occasionally; its connection is opened when needed, and kept. */
export interface Peer {
  readonly name: string
  ask (args: readonly string[]): Promise<unknown>
  close (): void
}

/**
 * Creates a peer. Several ways to log in are tried in order until the server accepts one: Sentinels often have another
 * password than the servers that they monitor, or none.
 */
export const createPeer = (address: Address, accesses: readonly Access[], timeoutMs: number): Peer => {
  let current: Promise<Connection> | null = null
  let closed = false

  const connect = async (): Promise<Connection> => {
    let failure: unknown
    for (const access of accesses) {
      try {
        return await openConnection(address, access, timeoutMs)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  const forget = (opening: Promise<Connection>): void => {
    if (current === opening) current = null
  }

  /** The existing connection, or a new one. */
  const opened = (): Promise<Connection> => {
    if (closed) throw new BrokerUnavailableError(`Not connected to Redis at ${addressName(address)}`)
    if (current !== null) return current
    const opening = connect()
    current = opening
    opening.then(open => {
      open.onClose(() => forget(opening))
      if (closed) open.destroy('closed')
    }, () => forget(opening))
    return opening
  }

  return {
    name: addressName(address),
    async ask (args) {
      return (await opened()).send(args)
    },
    close () {
      closed = true
      current?.then(open => open.destroy('closed'), () => {})
    }
  }
}
