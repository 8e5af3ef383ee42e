import { setTimeout as pause } from 'node:timers/promises'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

/**
 * Repeats what failed, because a neighbour did not answer, until it succeeds; the pauses double up to 2 s and are
 * spread, so that many who wait don't come back together. Resolves to null once `wanted` says that no one waits any
 * more.
 */
export const retryWhile = async <T>(task: () => Promise<T>, wanted: () => boolean): Promise<T | null> => {
  for (let pauseMs = FIRST_PAUSE_MS; wanted(); pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await task()
    } catch {
      await pause(pauseMs * (0.5 + Math.random() / 2), undefined, { ref: false })
    }
  }
  return null
}
