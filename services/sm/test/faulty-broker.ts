import { BrokerUnavailableError, type Broker, type ConnectionState } from '@motience/broker'

/** A broker whose calls can be made to fail. */
export interface FaultyBroker extends Broker {
  /** Which of SM's two calls fail from now on. */
  failing: 'none' | 'raise' | 'control'
  /** How often `raiseVersion` was called. */
  readonly raises: number
  /** Tells the listeners that the broker is back. */
  comeBack (): void
}

/** Puts faults in front of a real broker. */
export const createFaultyBroker = (broker: Broker): FaultyBroker => {
  const listeners = new Set<(state: ConnectionState) => void>()
  const faulty = Object.create(broker) as FaultyBroker
  let raises = 0
  return Object.defineProperties(faulty, Object.getOwnPropertyDescriptors({
    failing: 'none',
    get raises () { return raises },
    connection: 'up',
    async raiseVersion (producerId: number, version: number) {
      raises++
      if (faulty.failing === 'raise') throw new BrokerUnavailableError('made to fail by the test')
      return await broker.raiseVersion(producerId, version)
    },
    async publishControl (event: Parameters<Broker['publishControl']>[0]) {
      if (faulty.failing === 'control') throw new BrokerUnavailableError('made to fail by the test')
      await broker.publishControl(event)
    },
    onConnection (listener: (state: ConnectionState) => void) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    comeBack () {
      for (const listener of listeners) listener('up')
    }
  }))
}
