import { type Access, type Address, addressName } from './address.js'
import { type Connection, openConnection } from './connection.js'

/** A server that is asked a question now and then; the connection is opened when needed and kept while it lasts. */
export interface Peer {
  readonly name: string
  ask (args: readonly string[]): Promise<unknown>
  close (): void
}

/**
 * A peer at an address. With several ways to log in they are tried in order until the server takes one:
 * Sentinels often have another password than the servers that they watch, or none.
 */
export const createPeer = (address: Address, accesses: readonly Access[], timeoutMs: number): Peer => {
  let connection: Promise<Connection> | null = null
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

  const opened = async (): Promise<Connection> => {
    const opening = connection ??= connect()
    try {
      const open = await opening
      if (open.isOpen && !closed) return open
      open.destroy('not needed')
      throw new Error(`Not connected to Redis at ${addressName(address)}`)
    } catch (error) {
      if (connection === opening) connection = null
      throw error
    }
  }

  return {
    name: addressName(address),
    async ask (args) {
      return (await opened().catch(opened)).send(args)
    },
    close () {
      closed = true
      connection?.then(open => open.destroy('closed'), () => {})
    }
  }
}
