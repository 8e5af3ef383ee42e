/** Estimates the platform's time from what passes by anyway. */
export interface ServerClock {
  /**
   * The platform's time `serverTime` (milliseconds since 1970) was read between two moments of the monotonic clock:
   * a request was sent at the first and its answer came at the second. Returns whether the estimate changed.
   */
  observe (serverTime: number, sentMono: number, receivedMono: number): boolean
  /** Milliseconds to add to the monotonic clock for the platform's time; null before the first observation. */
  readonly anchor: number | null
  /** Most milliseconds that the estimate may be wrong by, now. */
  errorMs (mono: number): number
}

/** Fastest that a device's clock is believed to drift, as a share: 100 ppm, a bad crystal in the cold. */
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
      // The platform tells whole milliseconds.
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

/** `clock_offset_ms` of a reading: what is to be added to its own time to get the platform's. */
export const clockOffsetMs = (anchor: number, reading: { time: number; mono: number }): number =>
  Math.round(anchor + reading.mono - reading.time)
