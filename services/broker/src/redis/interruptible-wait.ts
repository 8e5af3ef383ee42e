/** A wait that can be interrupted, for a loop that monitors something: `while (await timer.wait(…))`. */
export const createInterruptibleWait = () => {
  let end: (() => void) | null = null
  let early = false
  let interrupted = false
  let closed = false

  return {
    /**
     * Waits `ms`. If `mayBeEarly`, `interrupt` ends it immediately, and so does an `interrupt` since the last wait.
     * Resolves to false once it is closed.
     */
    async wait (ms: number, mayBeEarly: boolean): Promise<boolean> {
      const skip = closed || (mayBeEarly && interrupted)
      interrupted = false
      if (!skip) {
        early = mayBeEarly
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, ms)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        end = null
      }
      return !closed
    },

    interrupt (): void {
      interrupted = true
      if (early) end?.()
    },

    close (): void {
      closed = true
      end?.()
    }
  }
}
