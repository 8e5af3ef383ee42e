/** Most numbers that are remembered before the ones between came; what is left out counts as lost. */
const MAX_AHEAD = 4096

/**
 * Finds out whether control events were lost on their way here. Each is given the next number by the server that keeps
 * the count, in the step in which it is published there; a probe through that server carries the count. Both come
 * through one connection in the order in which they were sent, so that when a probe arrives every number up to its
 * count did.
 */
export const createControlCount = () => {
  /** Every event up to this number came; null until the first count. */
  let upTo: number | null = null
  let lastCount = 0
  const ahead = new Set<number>()
  let missing = 0

  const advance = (): void => {
    while (upTo !== null && ahead.delete(upTo + 1)) upTo++
  }

  return {
    /** A new subscription: what came before the first count is nobody's loss, for everything is read anew. */
    begin (): void {
      upTo = null
      ahead.clear()
      missing = 0
    },

    /** An event came; the same one may come again. */
    came (number: number): void {
      if ((upTo !== null && number <= upTo) || ahead.size >= MAX_AHEAD) return
      ahead.add(number)
      advance()
    },

    /**
     * A probe came with the count. Later events may have come before it, by another way. A count below the last one is
     * of another history, of which nothing is known.
     */
    check (count: number): void {
      if (upTo === null) {
        upTo = count
      } else if (count < lastCount) {
        missing++
        upTo = count
        ahead.clear()
      } else if (count > upTo) {
        missing += count - upTo
        for (const number of ahead) if (number <= count) missing--
        upTo = count
      }
      lastCount = count
      for (const number of ahead) if (number <= upTo) ahead.delete(number)
      advance()
    },

    /** How many events were found lost since the last call. */
    takeMissing (): number {
      const taken = missing
      missing = 0
      return taken
    }
  }
}

export type ControlCount = ReturnType<typeof createControlCount>
