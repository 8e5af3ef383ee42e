/** One timer for several deadlines: only the soonest counts. */
export interface WakeTimer {
  /** Wakes in `ms` at the latest. */
  within (ms: number): void
  /** Drops the pending deadline. */
  cancel (): void
}

/** Calls `wake` once the soonest deadline has passed; later ones must be set again then. */
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
