import { closeCodes } from '@motience/schemas'
import type { Connection } from './connection.js'
import type { Connections } from './connections.js'

/** How connections are drained. */
export interface DrainOptions {
  /** Most milliseconds for all of it; whoever has not closed by then is cut off. */
  drainMs: number
  /** Resolves when a connection has been sent everything that it is waiting for. */
  finish?: (connection: Connection) => Promise<void>
}

/** Time that is kept for the closing handshakes after the last connection has finished, as far as there is so much. */
const HANDSHAKE_SHARE = 0.25

/** Closes every connection with 1001 once it has finished, and waits until all are gone or the time is up. */
export const drainConnections = async (connections: Connections, { drainMs, finish }: DrainOptions): Promise<void> => {
  const finishBy = deadline(drainMs * (1 - HANDSHAKE_SHARE))
  await Promise.all([...connections].map(async connection => {
    if (finish !== undefined) await Promise.race([finish(connection).catch(() => {}), finishBy.reached])
    connection.close(closeCodes.goingAway, 'Going away')
  }))
  finishBy.cancel()
  // an upgrade that was let in just before may still have come through
  for (const connection of connections) connection.close(closeCodes.goingAway, 'Going away')
  const goneBy = deadline(drainMs * HANDSHAKE_SHARE)
  await Promise.race([connections.emptied(), goneBy.reached])
  goneBy.cancel()
}

const deadline = (ms: number): { reached: Promise<void>, cancel: () => void } => {
  let timer: NodeJS.Timeout | undefined
  const reached = new Promise<void>(resolve => { timer = setTimeout(resolve, ms) })
  return { reached, cancel: () => clearTimeout(timer) }
}
