import { randomUUID } from 'node:crypto'
import { CONTROL_COUNT_KEY } from '@motience/schemas'
import { BrokerUnavailableError } from '../broker.js'
import { addressName } from './address.js'
import type { Connection } from './connection.js'
import type { ControlCount } from './control-count.js'
import type { Master } from './master.js'

/**
 * Probe messages on a channel of this process's own: published through a master, awaited on the subscriber's
 * connection. Only what comes back there proves that messages do. The one through the server that keeps the count of
 * control events also tells whether all of those came.
 */
export const createProbes = (timeoutMs: number, controlCount: ControlCount) => {
  const channel = `probe_${randomUUID()}`
  const awaited = new Map<string, (seen: boolean) => void>()
  let count = 0

  const onMessage = (text: string): void => {
    const [token, total] = text.split(' ')
    if (total !== undefined) controlCount.check(Number(total))
    awaited.get(token!)?.(true)
  }

  /** Sends one through a master; ends the connection that has to be blamed where it doesn't come back in time. */
  const send = async (master: Master, subscriber: Connection, keepsCount: boolean): Promise<void> => {
    const token = String(++count)
    let timer: NodeJS.Timeout | undefined
    const seen = new Promise<boolean>(resolve => {
      awaited.set(token, resolve)
      // A busy process may be late itself: what its socket holds is read before a probe counts as lost.
      timer = setTimeout(() => setImmediate(resolve, false), timeoutMs)
    })
    try {
      await master.probe(channel, token, keepsCount ? CONTROL_COUNT_KEY : undefined)
      if (await seen) return
      subscriber.destroy('a probe was not seen')
      throw new BrokerUnavailableError(
        `A probe through Redis at ${addressName(master.connection.address)} was not seen`
      )
    } catch (error) {
      master.connection.destroy('a probe failed')
      throw error
    } finally {
      clearTimeout(timer)
      awaited.delete(token)
    }
  }

  return {
    attach: (subscriber: Connection): Promise<void> => subscriber.subscribe([channel], onMessage),
    /** The subscriber's connection is gone: nothing that is awaited will come. */
    detach (): void {
      for (const resolve of awaited.values()) resolve(false)
    },
    send
  }
}
