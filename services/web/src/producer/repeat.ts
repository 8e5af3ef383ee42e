import { signal } from '@preact/signals'

/** Most messages a second that a page sends by itself. */
export const MAX_RATE = 100
const TICK_MS = 20

/** Does something at a rate, until it is stopped or the work is not taken any more. */
export class Repeat {
  readonly running = signal(false)
  /** How often it was not taken, because too much waited. */
  readonly held = signal(0)
  #timer: ReturnType<typeof setInterval> | undefined

  /**
   * `work` is called `rate` times a second, however coarse the browser's timers are; false says that it was not taken.
   */
  start (rate: () => number, work: () => boolean): void {
    this.stop()
    this.running.value = true
    this.held.value = 0
    let done = performance.now()
    this.#timer = setInterval(() => {
      const period = 1000 / Math.min(MAX_RATE, Math.max(0.01, rate()))
      const now = performance.now()
      // A page in the background is woken once a second; what was missed for longer is left out.
      done = Math.max(done, now - 1000 - period)
      while (done + period <= now) {
        done += period
        if (work()) continue
        this.held.value++
        break
      }
    }, TICK_MS)
  }

  stop (): void {
    clearInterval(this.#timer)
    this.running.value = false
  }
}
