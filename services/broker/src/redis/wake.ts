/** A wait that can be cut short, for a loop that watches something: `while (await wake.wait(…))`. */
export const createWake = () => {
  let end: (() => void) | null = null
  let early = false
  let called = false
  let closed = false

  return {
    /**
     * Waits `ms`. Where `mayBeEarly`, `now` ends it at once, and so does a `now` since the last wait.
     * Resolves to false once it is closed.
     */
    async wait (ms: number, mayBeEarly: boolean): Promise<boolean> {
      const skip = closed || (mayBeEarly && called)
      called = false
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

    now (): void {
      called = true
      if (early) end?.()
    },

    close (): void {
      closed = true
      end?.()
    }
  }
}
