import { BrokerUnavailableError, type Broker, type ConnectionState } from '@motience/broker'
import type { ControlEvent } from '@motience/schemas'

/** A broker that can be cut off, and that counts what it was told. */
export interface FaultyBroker extends Broker {
  /** Cuts it off: calls are rejected. With `quietly` the listeners do not hear of it. */
  cut (quietly?: boolean): void
  /** Gives it back; tells the listeners, unless `quietly`. */
  heal (quietly?: boolean): void
  /** Control events that got through, in order. */
  readonly events: ControlEvent[]
}

/** Puts a fault in front of a real broker. */
export const createFaultyBroker = (broker: Broker): FaultyBroker => {
  const listeners = new Set<(state: ConnectionState) => void>()
  const events: ControlEvent[] = []
  broker.onControl(event => { events.push(event) })
  let isCut = false
  let connection: ConnectionState = 'up'

  const unless =
    <Arguments extends unknown[], Result>(method: (...args: Arguments) => Promise<Result>) =>
      async (...args: Arguments): Promise<Result> => {
        if (isCut) throw new BrokerUnavailableError('cut off by the test')
        return await method(...args)
      }
  const tell = (state: ConnectionState) => {
    connection = state
    for (const listener of listeners) listener(state)
  }

  return Object.create(broker, Object.getOwnPropertyDescriptors({
    revoke: unless(broker.revoke.bind(broker)),
    restoreUser: unless(broker.restoreUser.bind(broker)),
    replaceRevocations: unless(broker.replaceRevocations.bind(broker)),
    publishControl: unless(broker.publishControl.bind(broker)),
    ping: unless(broker.ping.bind(broker)),
    onConnection (listener: (state: ConnectionState) => void) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    get connection () { return connection },
    events,
    cut (quietly = false) {
      isCut = true
      if (!quietly) tell('down')
    },
    heal (quietly = false) {
      isCut = false
      if (!quietly) tell('up')
    }
  })) as FaultyBroker
}
