import { setTimeout as delay } from 'node:timers/promises'
import { createBackoff } from '@motience/kit'

/** Delays between attempts, in milliseconds. */
const delays = { minMs: 50, maxMs: 2000 }

/** Repeats a task that fails, with back-off, until it succeeds. Resolves to null once `wanted` is false. */
export const retryWhile = async <T>(task: () => Promise<T>, wanted: () => boolean): Promise<T | null> => {
  const backoff = createBackoff(delays)
  while (wanted()) {
    try {
      return await task()
    } catch {
      await delay(backoff.next(), undefined, { ref: false })
    }
  }
  return null
}
