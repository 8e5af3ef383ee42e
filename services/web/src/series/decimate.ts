import type { SampleRing } from './sample-ring.js'

/** Data columns for uPlot; a null y interrupts the line. */
export interface Columns { x: number[], y: (number | null)[], min: number, max: number }

/**
 * Reduces the samples to the minimum and maximum of each of `columns` pixel columns, in order of time: the same picture
 * as a line through all of them. Columns start at multiples of their width, so that they don't flicker as time moves.
 * The line is interrupted where there is no sample for `breakMs`. x is in seconds; `min` and `max` are NaN if there are
 * no samples.
 */
export const decimate = (ring: SampleRing, from: number, to: number, columns: number, breakMs: number): Columns => {
  const width = Math.max(1, (to - from) / Math.max(1, columns))
  const x: number[] = []
  const y: (number | null)[] = []
  let min = Number.NaN
  let max = Number.NaN
  let column = Number.NEGATIVE_INFINITY
  let low = -1
  let high = -1
  let previous = Number.NaN

  const put = (i: number): void => {
    x.push(ring.time(i) / 1000)
    y.push(ring.value(i))
  }
  const flush = (): void => {
    if (low < 0) return
    put(Math.min(low, high))
    if (low !== high) put(Math.max(low, high))
  }

  // Start one sample before the window, so that the line extends to its edge.
  for (let i = Math.max(0, ring.indexAt(from) - 1); i < ring.size; i++) {
    const time = ring.time(i)
    if (time > to) break
    const value = ring.value(i)
    if (!(value >= min)) min = value
    if (!(value <= max)) max = value
    const here = Math.floor(time / width)
    const broken = time - previous > breakMs
    if (here !== column || broken) {
      flush()
      if (broken) {
        x.push((previous + 1) / 1000)
        y.push(null)
      }
      column = here
      low = high = i
    } else {
      if (value < ring.value(low)) low = i
      if (value > ring.value(high)) high = i
    }
    previous = time
  }
  flush()
  return { x, y, min, max }
}
