import { closeCodes } from '@motience/schemas'
import type { Connection } from './connection.js'
import type { Connections } from './connections.js'

/** How to drain connections. */
export interface DrainOptions {
  /** Maximum time for draining, in milliseconds; then remaining connections are terminated. */
  drainMs: number
  /** Resolves when everything that a connection waits for has been sent. */
  finish?: (connection: Connection) => Promise<void>
}

/** Share of the time that is reserved for the closing handshakes after the last connection has finished. */
const HANDSHAKE_SHARE = 0.25

/** Closes every connection with 1001 once it has finished; resolves when all are closed or the time is over. */
export const drainConnections = async (connections: Connections, { drainMs, finish }: DrainOptions): Promise<void> => {
  const finishBy = deadline(drainMs * (1 - HANDSHAKE_SHARE))
  await Promise.all([...connections].map(async connection => {
    if (finish !== undefined) await Promise.race([finish(connection).catch(() => {}), finishBy.reached])
    connection.close(closeCodes.goingAway, 'Going away')
  }))
  finishBy.cancel()
  // An upgrade that was admitted just before may have completed since.
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
