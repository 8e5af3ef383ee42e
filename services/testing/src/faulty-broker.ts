import { BrokerUnavailableError, type Broker, type ConnectionState } from '@motience/broker'
import type { ControlEvent } from '@motience/schemas'

const methods = [
  'raiseVersion', 'publishControl', 'revoke', 'restoreUser', 'replaceRevocations', 'ping'
] as const satisfies readonly (keyof Broker)[]

/** A method that can be made to fail. */
export type FaultyMethod = typeof methods[number]

/** A broker whose calls a test makes fail, and that records what was published. */
export interface FaultyBroker extends Broker {
  /** Makes calls of these methods reject, and of no others; of all of them by default. Listeners are not notified. */
  fail (...methods: FaultyMethod[]): void
  /** Makes all calls succeed again. Listeners are not notified. */
  recover (): void
  /** Notifies the listeners of the connection's state, which becomes `connection`. */
  setConnection (state: ConnectionState): void
  /** Number of calls of a method, failed ones included. */
  calls (method: FaultyMethod): number
  /** Control events that were delivered, in order. */
  readonly events: ControlEvent[]
}

/** Wraps a real broker. */
export const createFaultyBroker = (broker: Broker): FaultyBroker => {
  const listeners = new Set<(state: ConnectionState) => void>()
  const events: ControlEvent[] = []
  const calls = new Map<FaultyMethod, number>()
  let failing: readonly FaultyMethod[] = []
  let connection: ConnectionState = 'up'
  broker.onControl(event => { events.push(event) })

  const faulty = (method: FaultyMethod) => async (...args: unknown[]): Promise<unknown> => {
    calls.set(method, (calls.get(method) ?? 0) + 1)
    if (failing.includes(method)) throw new BrokerUnavailableError('Failed by the test')
    return await (broker[method] as (...args: unknown[]) => Promise<unknown>).apply(broker, args)
  }

  return Object.create(broker, Object.getOwnPropertyDescriptors({
    ...Object.fromEntries(methods.map(method => [method, faulty(method)])),
    onConnection (listener: (state: ConnectionState) => void) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    get connection () { return connection },
    events,
    fail (...names: FaultyMethod[]) { failing = names.length === 0 ? methods : names },
    recover () { failing = [] },
    setConnection (state: ConnectionState) {
      connection = state
      for (const listener of listeners) listener(state)
    },
    calls: (method: FaultyMethod) => calls.get(method) ?? 0
  })) as FaultyBroker
}
