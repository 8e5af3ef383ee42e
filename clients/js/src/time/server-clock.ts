/** Estimates platform time from regular messages. */
export interface ServerClock {
  /**
   * The platform time `serverTime` (milliseconds since 1970) was read between two moments of the monotonic clock, at
   * which a request was sent and its answer received. Returns whether the estimate changed.
   */
  observe (serverTime: number, sentMono: number, receivedMono: number): boolean
  /** Milliseconds to add to the monotonic clock to get platform time; null before the first observation. */
  readonly anchor: number | null
  /** Error bound of the estimate, in milliseconds. */
  errorMs (mono: number): number
}

/** Maximum assumed drift of a device's clock: 100 ppm, as of a bad crystal in the cold. */
const DRIFT = 100e-6

/**
 * F. Cristian's algorithm ("Probabilistic clock synchronization", 1989): the platform's clock was read somewhere
 * between the two moments, so their middle is wrong by at most half of their distance. The best observation is kept
 * until its error, growing by the drift, is above that of a newer one, or until a newer one contradicts it.
 */
export const createServerClock = (): ServerClock => {
  let best: { anchor: number, error: number, at: number } | null = null
  const errorAt = (mono: number): number => best === null ? Infinity : best.error + Math.abs(mono - best.at) * DRIFT
  return {
    observe: (serverTime, sentMono, receivedMono) => {
      if (!Number.isFinite(serverTime) || receivedMono < sentMono) return false
      // The platform reports whole milliseconds.
      const error = (receivedMono - sentMono) / 2 + 1
      const anchor = serverTime - (sentMono + receivedMono) / 2
      const contradicted = best !== null && Math.abs(anchor - best.anchor) > error + errorAt(receivedMono)
      if (best !== null && !contradicted && error >= errorAt(receivedMono)) return false
      best = { anchor, error, at: receivedMono }
      return true
    },
    get anchor () { return best?.anchor ?? null },
    errorMs: errorAt
  }
}

/** `clock_offset_ms` of a reading: what to add to its device time to get platform time. */
export const clockOffsetMs = (anchor: number, reading: { time: number; mono: number }): number =>
  Math.round(anchor + reading.mono - reading.time)
