/** One timer for several deadlines: only the soonest counts. */
export interface WakeTimer {
  /** Wakes in `ms` at the latest. */
  within (ms: number): void
  /** Drops the pending deadline. */
  cancel (): void
}

/** Calls `wake` once a deadline has passed; whoever still waits for a later one sets it again then. */
export const createWakeTimer = (mono: () => number, wake: () => void): WakeTimer => {
  let timer: NodeJS.Timeout | undefined
  let wakeAt = Infinity
  const cancel = () => {
    clearTimeout(timer)
    wakeAt = Infinity
  }
  return {
    within: ms => {
      const at = mono() + ms
      if (at >= wakeAt) return
      cancel()
      wakeAt = at
      timer = setTimeout(() => {
        cancel()
        wake()
      }, Math.ceil(ms))
    },
    cancel
  }
}
