import { type AcceptRequest, type AcceptResult, type Broker, BrokerUnavailableError } from '../broker.js'
import { type BrokerLimits, defaultBrokerLimits } from '../limits.js'
import { resultForLaterRequests } from '../later-requests.js'
import { createDeliveries, type HandlerFault } from './deliveries.js'
import { createProducerLog, type ProducerLog } from './producer-log.js'
import { createRevocationList } from './revocation-list.js'

/** Options of the memory broker. */
export interface MemoryBrokerOptions {
  /** Milliseconds since 1970. */
  now?: () => number
  /** Called with what a handler threw; emits a process warning by default. */
  onHandlerFault?: HandlerFault
}

const warnOfFault: HandlerFault = (error, channel) => {
  process.emitWarning(
    `A handler of ${channel} failed: ${error instanceof Error ? error.message : String(error)}`,
    'BrokerHandlerWarning'
  )
}

/**
 * The broker of one process: everything is in memory, every method has taken effect before it returns its promise, and
 * messages are delivered while they are accepted. Its run is the process itself, so each producer's log starts
 * unverified. Memory is bounded by `limits` for each producer that ever sent.
 */
export const createMemoryBroker = (limits: Partial<BrokerLimits> = {}, options: MemoryBrokerOptions = {}): Broker => {
  const bounds: BrokerLimits = { ...defaultBrokerLimits, ...limits }
  const { now = Date.now, onHandlerFault = warnOfFault } = options
  const logs = new Map<number, ProducerLog>()
  const deliveries = createDeliveries(onHandlerFault)
  const revocations = createRevocationList(now)
  let closed = false

  const assertOpen = (): void => {
    if (closed) throw new BrokerUnavailableError('The broker is closed')
  }

  /** The log of a producer, made if there is none. */
  const logOf = (producerId: number): ProducerLog => {
    let log = logs.get(producerId)
    if (log === undefined) logs.set(producerId, log = createProducerLog(bounds, now))
    return log
  }

  const unknown = createProducerLog(bounds, now)

  const acceptOne = (request: AcceptRequest): AcceptResult => {
    const log = logs.get(request.producerId) ?? unknown
    const head = log.head()
    if (!head.verified) return { kind: 'unverified', head }
    if (request.version < head.version) return { kind: 'stale', version: head.version }
    const { result, texts } = log.append(request)
    if (request.wide === true) deliveries.publishWide(request.producerId, request.version, texts)
    else deliveries.publish(request.subscribers, texts)
    return result
  }

  return {
    kind: 'memory',
    connection: 'up',
    onConnection: () => () => {},

    async accept (requests) {
      assertOpen()
      const refused = new Map<number, AcceptResult>()
      return requests.map(request => {
        // After a request that was not accepted as a whole none of the same producer is, or their order would be lost.
        const result = refused.get(request.producerId) ?? acceptOne(request)
        const rest = resultForLaterRequests(request, result)
        if (rest !== null) refused.set(request.producerId, rest)
        return result
      })
    },

    async openEpoch (open) {
      assertOpen()
      return logOf(open.producerId).openEpoch(open)
    },

    async heads (producerIds) {
      assertOpen()
      return producerIds.map(producerId => (logs.get(producerId) ?? unknown).head())
    },

    async readLog (producerId, after, limit) {
      assertOpen()
      return (logs.get(producerId) ?? unknown).read(after, limit)
    },

    async loggedEpochs (producerId) {
      assertOpen()
      return (logs.get(producerId) ?? unknown).loggedEpochs()
    },

    async * producers () {
      assertOpen()
      if (logs.size > 0) yield [...logs.keys()]
    },

    async trimLog (producerId, stored) {
      assertOpen()
      return logs.get(producerId)?.trim(stored) ?? 0
    },

    async raiseVersion (producerId, version) {
      assertOpen()
      return logOf(producerId).raiseVersion(version)
    },

    async subscribe (consumerId, handler) {
      assertOpen()
      deliveries.consumers.set(consumerId, handler)
    },

    async unsubscribe (consumerId) {
      deliveries.consumers.delete(consumerId)
    },

    async subscribeProducers (producerIds, handler) {
      assertOpen()
      for (const producerId of producerIds) deliveries.producers.set(producerId, handler)
    },

    async unsubscribeProducers (producerIds) {
      for (const producerId of producerIds) deliveries.producers.delete(producerId)
    },

    async publishControl (event) {
      assertOpen()
      deliveries.publishControl(event)
    },

    onControl (handler) {
      deliveries.controls.add(handler)
      return () => { deliveries.controls.delete(handler) }
    },

    async revoke (added) {
      assertOpen()
      revocations.add(added)
    },

    async restoreUser (userId) {
      assertOpen()
      revocations.restoreUser(userId)
    },

    async replaceRevocations (all) {
      assertOpen()
      revocations.replace(all)
    },

    async revocations () {
      assertOpen()
      return revocations.read()
    },

    async ping () {
      assertOpen()
    },

    async close () {
      closed = true
      deliveries.consumers.clear()
      deliveries.producers.clear()
      deliveries.controls.clear()
    },
  }
}
