import { setTimeout as pause } from 'node:timers/promises'

/** Timeout, and a name of the condition for the error. */
export interface WaitOptions { timeoutMs?: number, what?: string }

/**
 * Polls a condition until it holds; resolves to its result. Rejects after `timeoutMs` (10 s by default), with the
 * condition's own last error if it threw one.
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {}
): Promise<Exclude<T, false | null | undefined | 0 | ''>> => {
  const { timeoutMs = 10_000, what = 'the condition' } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    let cause: unknown
    try {
      const value = await condition()
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`, { cause })
    await pause(10)
  }
}
