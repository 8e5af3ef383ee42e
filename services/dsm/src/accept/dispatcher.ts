import type { AcceptRequest, AcceptResult, Broker } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'

/** Most messages and most producers of one call of the broker. */
const MAX_MESSAGES = 5_000
const MAX_REQUESTS = 500

/** Hands one producer's messages to the broker. */
export type Dispatch = (request: AcceptRequest) => Promise<AcceptResult>

interface Waiting { request: AcceptRequest, resolve: (result: AcceptResult) => void, reject: (error: unknown) => void }

/** Collects what several lanes ask for in one turn of the event loop into one call of the broker. */
export const createDispatcher = (broker: Broker, metrics: Pick<DsmMetrics, 'brokerMessages'>): Dispatch => {
  let waiting: Waiting[] = []

  const call = async (group: readonly Waiting[], messages: number): Promise<void> => {
    metrics.brokerMessages.observe(messages)
    try {
      const results = await broker.accept(group.map(item => item.request))
      for (const [index, item] of group.entries()) item.resolve(results[index]!)
    } catch (error) {
      for (const item of group) item.reject(error)
    }
  }

  const flush = (): void => {
    const all = waiting
    waiting = []
    let group: Waiting[] = []
    let messages = 0
    for (const item of all) {
      const { length } = item.request.messages
      if (group.length > 0 && (messages + length > MAX_MESSAGES || group.length === MAX_REQUESTS)) {
        call(group, messages)
        group = []
        messages = 0
      }
      group.push(item)
      messages += length
    }
    if (group.length > 0) call(group, messages)
  }

  return request => new Promise((resolve, reject) => {
    if (waiting.push({ request, resolve, reject }) === 1) setImmediate(flush)
  })
}
