import { within } from './deadline.js'

/**
 * Does one piece of work at a time; rejects as `within` does where its turn does not come, or it does not end, in time.
 */
export type OneAtATime = <T>(work: () => Promise<T>, deadline: number) => Promise<T>

/**
 * Keeps a database that hangs from gathering what nobody waits for any more: the work that was begun goes on, and what
 * waits for its turn is never begun after its deadline. Whoever calls is counted by `maxPending`, which bounds who
 * waits.
 */
export const createOneAtATime = (): OneAtATime => {
  const waiting = new Set<() => void>()
  let busy = false

  const next = (): void => {
    const [begin] = waiting
    if (begin === undefined) {
      busy = false
    } else {
      waiting.delete(begin)
      begin()
    }
  }

  const turn = async (deadline: number): Promise<void> => {
    let begin = (): void => {}
    const mine = new Promise<void>(resolve => { begin = resolve })
    waiting.add(begin)
    try {
      await within(mine, deadline)
    } catch (error) {
      // Given the turn in the very moment that its time was over: the next one takes it.
      if (!waiting.delete(begin)) next()
      throw error
    }
  }

  return async (work, deadline) => {
    if (busy) await turn(deadline)
    busy = true
    return await within(work().finally(next), deadline)
  }
}
