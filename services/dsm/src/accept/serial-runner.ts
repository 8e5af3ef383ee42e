import { within } from './deadline.js'

/** Runs one task at a time. Rejects as `within` does if the task has not started or not ended by the deadline. */
export type RunSerially = <T>(task: () => Promise<T>, deadline: number) => Promise<T>

/**
 * Keeps tasks that nobody waits for any more from piling up on a database that hangs: a task that has started runs on,
 * one that waits never starts after its deadline. The number of waiting tasks is bounded by the caller (`maxPending`).
 */
export const createSerialRunner = (): RunSerially => {
  const waiting = new Set<() => void>()
  let busy = false

  const startNext = (): void => {
    const [start] = waiting
    if (start === undefined) {
      busy = false
    } else {
      waiting.delete(start)
      start()
    }
  }

  const waitForStart = async (deadline: number): Promise<void> => {
    let start = (): void => {}
    const started = new Promise<void>(resolve => { start = resolve })
    waiting.add(start)
    try {
      await within(started, deadline)
    } catch (error) {
      // Started at the very moment of the deadline: pass the slot on.
      if (!waiting.delete(start)) startNext()
      throw error
    }
  }

  return async (task, deadline) => {
    if (busy) await waitForStart(deadline)
    busy = true
    return await within(task().finally(startNext), deadline)
  }
}
