import type { RedisArgument } from 'redis'
import { BrokerUnavailableError } from '../broker.js'
import { type Access, type Address, addressName } from './address.js'
import { type Connection, openConnection } from './connection.js'
import { replyCode } from './failure.js'
import { type ScriptName, scripts } from './scripts/index.js'

/** A connection to a master that has the broker's scripts. */
export interface Master {
  readonly connection: Connection
  /** Runs a script; with `asking` also for a slot that is being imported (redirection ASK). */
  run (name: ScriptName, keys: readonly string[], args: readonly RedisArgument[], asking?: boolean): Promise<unknown>
  /** The server's time, in milliseconds as text, after which a call made now has failed. */
  deadline (): string
  /**
   * Publishes on the server and verifies that it is still a master; rejects if it isn't. If the server has the key
   * `countKey`, the token is followed by a space and the count.
   */
  probe (channel: string, token: string, countKey?: string): Promise<void>
}

/** Errors of a Cluster's server that doesn't have a key, or not completely. */
const NOT_ON_THIS_SERVER = new Set(['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN'])

/** Rejects unless the reply to ROLE is a master's. */
const assertMaster = (role: unknown, address: Address): void => {
  if (Array.isArray(role) && role[0] === 'master') return
  throw new BrokerUnavailableError(`Redis at ${addressName(address)} is not a master`)
}

/** Opens a connection for commands and loads the scripts. `timeoutMs` is the maximum time of a call. */
export const openMaster = async (address: Address, access: Access, timeoutMs: number): Promise<Master> => {
  const connection = await openConnection(address, access, timeoutMs)
  /** The server's time at an instant of this process's monotonic clock. */
  let clock = { server: 0, local: 0 }

  const readClock = async (): Promise<void> => {
    const local = performance.now()
    const reply = await connection.send(['TIME'])
    if (!Array.isArray(reply)) { throw new BrokerUnavailableError(`Redis at ${addressName(address)} has no clock`) }
    clock = { server: Number(reply[0]) * 1000 + Math.ceil(Number(reply[1]) / 1000), local }
  }

  try {
    const [role] = await Promise.all([
      connection.send(['ROLE']),
      readClock(),
      ...Object.values(scripts).map(({ source }) => connection.send(['SCRIPT', 'LOAD', source]))
    ])
    assertMaster(role, address)
  } catch (error) {
    connection.destroy('not usable')
    throw error
  }

  const call = async (asking: boolean, ...command: RedisArgument[]): Promise<unknown> => {
    if (!asking) return connection.send(command)
    const [, reply] = await Promise.all([connection.send(['ASKING']), connection.send(command)])
    return reply
  }

  const run: Master['run'] = async (name, keys, args, asking = false) => {
    const { sha1, source } = scripts[name]
    try {
      return await call(asking, 'EVALSHA', sha1, String(keys.length), ...keys, ...args)
    } catch (error) {
      // The server's scripts were flushed; nothing was done.
      if (replyCode(error) !== 'NOSCRIPT') throw error
      return call(asking, 'EVAL', source, String(keys.length), ...keys, ...args)
    }
  }

  const publishProbe = async (channel: string, token: string, countKey: string | undefined): Promise<void> => {
    if (countKey !== undefined) {
      try {
        await run('probe', [countKey], [channel, token])
        return
      } catch (error) {
        // The count has moved, or is unavailable: the next probe finds out.
        if (!NOT_ON_THIS_SERVER.has(replyCode(error))) throw error
      }
    }
    await connection.send(['PUBLISH', channel, token])
  }

  return {
    connection,
    run,

    deadline: () => String(Math.ceil(clock.server + performance.now() - clock.local + timeoutMs)),

    async probe (channel, token, countKey) {
      const [role] = await Promise.all([connection.send(['ROLE']), publishProbe(channel, token, countKey), readClock()])
      assertMaster(role, address)
    }
  }
}
