import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { Completion } from '../storage/completion.js'

/** Maximum producers that wait for a check; the others are left to maintenance. */
const MAX_PRODUCERS = 10_000
const MAX_DELAY_MS = 60_000

/** Checks after a delay whether a producer's log is stored completely, and stores what is missing. */
export interface CompletionSchedule {
  /** Schedules a check of this producer, unless one is scheduled already. */
  schedule (producerId: number): void
  close (): void
}

export const createCompletionSchedule = (
  broker: Broker,
  completion: Completion,
  logger: Logger,
  delayMs: number
): CompletionSchedule => {
  const timers = new Map<number, NodeJS.Timeout>()
  let closed = false

  const check = async (producerId: number, waitedMs: number): Promise<void> => {
    timers.delete(producerId)
    try {
      const [head] = await broker.heads([producerId])
      await completion.complete(producerId, head!)
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Failed to complete the history, retrying')
      startTimer(producerId, Math.min(waitedMs * 2, MAX_DELAY_MS))
    }
  }

  const startTimer = (producerId: number, ms: number): void => {
    if (closed || timers.has(producerId) || timers.size >= MAX_PRODUCERS) return
    timers.set(
      producerId,
      setTimeout(() => {
        check(producerId, ms)
      }, ms).unref()
    )
  }

  return {
    schedule: producerId => {
      startTimer(producerId, delayMs)
    },
    close () {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    }
  }
}
