import { waitFor } from '@motience/testing'
import type { Broker, ConnectionState } from '../broker.js'

/** Keeps the states that a broker's link goes through from now on. */
export const watchLink = (broker: Broker) => {
  const states: ConnectionState[] = []
  broker.onConnection(state => { states.push(state) })
  return {
    states,
    /** Waits until the link was lost; 5 s is what a loss may take to be noticed. */
    down: () => waitFor(() => states.includes('down'), { timeoutMs: 5000, what: 'the link to go down' }),
    /** Waits until the link was lost and is back. */
    back: (timeoutMs = 15_000) =>
      waitFor(() => states.includes('down') && broker.connection === 'up', { timeoutMs, what: 'the link to come back' })
  }
}
