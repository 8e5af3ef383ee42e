/** One timer for several deadlines: only the earliest counts. */
export interface DeadlineTimer {
  /** Calls the callback in `ms` at the latest. */
  within (ms: number): void
  /** Drops the pending deadline. */
  cancel (): void
}

/** Calls `onDeadline` once the earliest deadline has passed; later ones must be set again then. */
export const createDeadlineTimer = (mono: () => number, onDeadline: () => void): DeadlineTimer => {
  let timer: NodeJS.Timeout | undefined
  let deadline = Infinity
  const cancel = () => {
    clearTimeout(timer)
    deadline = Infinity
  }
  return {
    within: ms => {
      const at = mono() + ms
      if (at >= deadline) return
      cancel()
      deadline = at
      timer = setTimeout(() => {
        cancel()
        onDeadline()
      }, Math.ceil(ms))
    },
    cancel
  }
}
