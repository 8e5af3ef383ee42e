import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { Completion } from '../storage/completion.js'

/** Most producers that wait for a check; others are found by the upkeep's round. */
const MAX_PRODUCERS = 10_000
const MAX_DELAY_MS = 60_000

/** Checks, after a while, whether what the log has of a producer is stored, and stores what is not. */
export interface Repairs {
  /** Asks for a check of this producer; one that waits already is not asked for twice. */
  schedule (producerId: number): void
  close (): void
}

export const createRepairs = (broker: Broker, completion: Completion, logger: Logger, delayMs: number): Repairs => {
  const timers = new Map<number, NodeJS.Timeout>()
  let closed = false

  const check = async (producerId: number, waitedMs: number): Promise<void> => {
    timers.delete(producerId)
    try {
      const [head] = await broker.heads([producerId])
      await completion.complete(producerId, head!)
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Failed to complete the history; it is tried again')
      wait(producerId, Math.min(waitedMs * 2, MAX_DELAY_MS))
    }
  }

  const wait = (producerId: number, ms: number): void => {
    if (closed || timers.has(producerId) || timers.size >= MAX_PRODUCERS) return
    timers.set(producerId, setTimeout(() => { check(producerId, ms) }, ms).unref())
  }

  return {
    schedule: producerId => { wait(producerId, delayMs) },
    close () {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    }
  }
}
