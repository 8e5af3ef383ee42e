const FIRST_CAPACITY = 512

/** Maximum number of positions that a late sample moves back; older samples are dropped. */
const MAX_SHIFT = 256

/**
 * Ring buffer of the latest samples of a series, ordered by time. Doubles its capacity while the oldest sample is
 * younger than `keepMs`, up to `maxCapacity` samples (16 bytes each); then it overwrites the oldest one.
 */
export class SampleRing {
  #times = new Float64Array(FIRST_CAPACITY)
  #values = new Float64Array(FIRST_CAPACITY)
  #start = 0
  #size = 0

  constructor (private readonly keepMs: number, private readonly maxCapacity = 65_536) {}

  get size (): number { return this.#size }
  get lastTime (): number { return this.#size === 0 ? Number.NaN : this.time(this.#size - 1) }
  get lastValue (): number { return this.#size === 0 ? Number.NaN : this.value(this.#size - 1) }

  /** Time of the i-th oldest sample, milliseconds since 1970. */
  time (i: number): number { return this.#times[(this.#start + i) & (this.#times.length - 1)]! }
  value (i: number): number { return this.#values[(this.#start + i) & (this.#values.length - 1)]! }

  /** Inserts a sample in order of time. */
  push (time: number, value: number): void {
    if (this.#size === this.#times.length) this.#makeRoom(time)
    let at = this.#size
    while (at > 0 && this.time(at - 1) > time) at--
    if (this.#size - at > MAX_SHIFT) return
    const mask = this.#times.length - 1
    for (let i = this.#size; i > at; i--) {
      const to = (this.#start + i) & mask
      const from = (this.#start + i - 1) & mask
      this.#times[to] = this.#times[from]!
      this.#values[to] = this.#values[from]!
    }
    this.#times[(this.#start + at) & mask] = time
    this.#values[(this.#start + at) & mask] = value
    this.#size++
  }

  /** Index of the first sample at or after `time`. */
  indexAt (time: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.time(middle) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  #makeRoom (now: number): void {
    if (this.#times.length < this.maxCapacity && now - this.time(0) < this.keepMs) {
      this.#times = this.#copy(this.#times)
      this.#values = this.#copy(this.#values)
      this.#start = 0
    } else {
      this.#start = (this.#start + 1) & (this.#times.length - 1)
      this.#size--
    }
  }

  #copy (from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
    const to = new Float64Array(from.length * 2)
    to.set(from.subarray(this.#start))
    to.set(from.subarray(0, this.#start), from.length - this.#start)
    return to
  }
}
