/** Maximum number of events that are remembered while earlier ones are missing; others count as lost. */
const MAX_AHEAD = 4096

/**
 * Detects lost control events. The server that keeps the count numbers each event atomically with publishing it; a
 * probe through that server contains the count. Both arrive through one connection in the order in which they were
 * sent, so every number up to a probe's count has to be received before it.
 */
export const createControlCount = () => {
  /** All events up to this number were received; null until the first count. */
  let upTo: number | null = null
  let lastCount = 0
  const ahead = new Set<number>()
  let missing = 0

  const advance = (): void => {
    while (upTo !== null && ahead.delete(upTo + 1)) upTo++
  }

  return {
    /** Starts over with a new subscription: earlier events are not missing, since all state is read again. */
    begin (): void {
      upTo = null
      ahead.clear()
      missing = 0
    },

    /** An event was received, possibly a copy. */
    received (number: number): void {
      if ((upTo !== null && number <= upTo) || ahead.size >= MAX_AHEAD) return
      ahead.add(number)
      advance()
    },

    /**
     * A probe was received. Later events may have arrived before it through other masters. A count below the previous
     * one belongs to a restored server, of whose events nothing is known.
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

    /** Number of events that were found lost since the last call. */
    takeMissing (): number {
      const taken = missing
      missing = 0
      return taken
    }
  }
}

export type ControlCount = ReturnType<typeof createControlCount>
