import { signal } from '@preact/signals'

/** Maximum rate of repeated messages, per second. */
export const MAX_RATE = 100
const TICK_MS = 20

/** Runs a task at a rate until it is stopped. */
export class Repeater {
  readonly running = signal(false)
  /** Number of runs that were skipped because the task refused them. */
  readonly skipped = signal(0)
  #timer: ReturnType<typeof setInterval> | undefined

  /**
   * Calls `task` `rate` times per second, however coarse the browser's timers are; the task returns false to refuse.
   */
  start (rate: () => number, task: () => boolean): void {
    this.stop()
    this.running.value = true
    this.skipped.value = 0
    let scheduled = performance.now()
    this.#timer = setInterval(() => {
      const period = 1000 / Math.min(MAX_RATE, Math.max(0.01, rate()))
      const now = performance.now()
      // Browsers wake background pages once per second; runs missed for longer are dropped.
      scheduled = Math.max(scheduled, now - 1000 - period)
      while (scheduled + period <= now) {
        scheduled += period
        if (task()) continue
        this.skipped.value++
        break
      }
    }, TICK_MS)
  }

  stop (): void {
    clearInterval(this.#timer)
    this.running.value = false
  }
}
