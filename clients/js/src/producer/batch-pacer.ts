/** How fast a backlog is caught up with. */
export interface BatchPacer {
  /** Readings that the next frame may hold. */
  readonly batch: number
  /** Milliseconds until the next frame may be sent; 0 for now. */
  waitMs (mono: number): number
  sent (readings: number, mono: number): void
  /** The frame was answered so many milliseconds after it was sent. */
  answered (roundTripMs: number): void
}

/** Where batches begin, and grow from. */
const FIRST_BATCH = 32
/**
 * A frame answered sooner than this leaves room for a larger one; later than the second, live readings would wait for
 * it.
 */
const FAST_MS = 200
const SLOW_MS = 600
/** Frames a second at the full rate. */
const FRAMES_A_SECOND = 4

/**
 * Bounds a backlog twice: by `rate` readings a second, and by what the line can carry without making live readings
 * late. Batches double while they are answered fast and are halved when they are not (as TCP's window, D.-M. Chiu and
 * R. Jain, 1989, but growing faster, for the time to catch up counts).
 */
export const createBatchPacer = (rate: number, maxBatch: number): BatchPacer => {
  const most = Math.max(1, Math.min(maxBatch, Math.floor(rate / FRAMES_A_SECOND)))
  let batch = Math.min(FIRST_BATCH, most)
  let nextAt = -Infinity
  return {
    get batch () { return batch },
    waitMs: mono => Math.max(0, nextAt - mono),
    sent: (readings, mono) => { nextAt = Math.max(mono, nextAt) + readings / rate * 1000 },
    answered: roundTripMs => {
      if (roundTripMs < FAST_MS) batch = Math.min(most, batch * 2)
      else if (roundTripMs > SLOW_MS) batch = Math.max(1, Math.floor(batch / 2))
    }
  }
}
