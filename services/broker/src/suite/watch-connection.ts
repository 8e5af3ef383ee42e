import { waitFor } from '@motience/testing'
import type { Broker, ConnectionState } from '../broker.js'

/** Records the states of a broker's connection from now on. */
export const watchConnection = (broker: Broker) => {
  const states: ConnectionState[] = []
  broker.onConnection(state => { states.push(state) })
  return {
    states,
    /** Waits until the connection was lost; it may take 5 s to detect. */
    down: () => waitFor(() => states.includes('down'), { timeoutMs: 5000, what: 'the connection to go down' }),
    /** Waits until the connection was lost and restored. */
    back: (timeoutMs = 15_000) =>
      waitFor(() => states.includes('down') && broker.connection === 'up', {
        timeoutMs,
        what: 'the connection to come back'
      })
  }
}
