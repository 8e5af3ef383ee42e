/** Limits the rate at which a backlog is sent. */
export interface BatchPacer {
  /** Maximum number of readings in the next frame. */
  readonly batch: number
  /** Milliseconds until the next frame may be sent; 0 if now. */
  waitMs (mono: number): number
  sent (readings: number, mono: number): void
  /** The frame was answered after `roundTripMs`. */
  answered (roundTripMs: number): void
}

/** Initial batch size. */
const FIRST_BATCH = 32
/** Round trips below `FAST_MS` allow larger frames; above `SLOW_MS`, frames would delay live readings. */
const FAST_MS = 200
const SLOW_MS = 600
/** Frames per second at the full rate. */
const FRAMES_A_SECOND = 4

/**
 * Limits a backlog to `rate` readings per second, and to what the line can carry without delaying live readings:
 * batches double while they are answered fast, and are halved when they are not (like TCP's window, D.-M. Chiu and R.
 * Jain, 1989, but growing faster, since the time to catch up matters).
 */
export const createBatchPacer = (rate: number, maxBatch: number): BatchPacer => {
  const maxSize = Math.max(1, Math.min(maxBatch, Math.floor(rate / FRAMES_A_SECOND)))
  let batch = Math.min(FIRST_BATCH, maxSize)
  let nextAt = -Infinity
  return {
    get batch () { return batch },
    waitMs: mono => Math.max(0, nextAt - mono),
    sent: (readings, mono) => { nextAt = Math.max(mono, nextAt) + readings / rate * 1000 },
    answered: roundTripMs => {
      if (roundTripMs < FAST_MS) batch = Math.min(maxSize, batch * 2)
      else if (roundTripMs > SLOW_MS) batch = Math.max(1, Math.floor(batch / 2))
    }
  }
}
