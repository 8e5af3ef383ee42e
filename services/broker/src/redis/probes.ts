import { randomUUID } from 'node:crypto'
import { CONTROL_COUNT_KEY } from '@motience/schemas'
import { BrokerUnavailableError } from '../broker.js'
import { addressName } from './address.js'
import type { Connection } from './connection.js'
import type { ControlCount } from './control-count.js'
import type { Master } from './master.js'

/**
 * Probe messages on a channel of this process: published through a master, and awaited on the subscriber's connection,
 * which proves that messages arrive there. The one through the server that has the count of control events also shows
 * whether all of those arrived.
 */
export const createProbes = (timeoutMs: number, controlCount: ControlCount) => {
  const channel = `probe_${randomUUID()}`
  const awaited = new Map<string, (arrived: boolean) => void>()
  let count = 0

  const onMessage = (text: string): void => {
    const [token, total] = text.split(' ')
    if (total !== undefined) controlCount.check(Number(total))
    awaited.get(token!)?.(true)
  }

  /** Sends a probe through a master; ends the responsible connection if it doesn't arrive in time. */
  const send = async (master: Master, subscriber: Connection, hasCount: boolean): Promise<void> => {
    const token = String(++count)
    let timer: NodeJS.Timeout | undefined
    const arrived = new Promise<boolean>(resolve => {
      awaited.set(token, resolve)
      // If this process is busy, the probe may be waiting in the socket, which is read before it counts as lost.
      timer = setTimeout(() => setImmediate(resolve, false), timeoutMs)
    })
    try {
      await master.probe(channel, token, hasCount ? CONTROL_COUNT_KEY : undefined)
      if (await arrived) return
      subscriber.destroy('a probe did not arrive')
      throw new BrokerUnavailableError(
        `A probe through Redis at ${addressName(master.connection.address)} did not arrive`
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
    /** The subscriber's connection is closed: pending probes fail. */
    detach (): void {
      for (const resolve of awaited.values()) resolve(false)
    },
    send
  }
}
