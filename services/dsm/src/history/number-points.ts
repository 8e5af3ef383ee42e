import type { NumberPoint } from '@motience/schemas'
import { Mean } from './compensated-mean.js'
import type { Sample } from './read-samples.js'

/** A device's counter as it was seen last. */
interface Counter { at: number, value: number }

/** By how much a device's counter rose in a bucket, and in how many milliseconds: from the value before on. */
interface Rise { increase: number, ms: number }

/** JSON has no infinity. */
const finite = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))

/** Sums up numbers, one bucket after the other; with `rate` counters too, each device's by itself. */
export class NumberPoints {
  readonly points: NumberPoint[] = []
  #mean = new Mean()
  #last = 0
  #counters: Map<string, Counter> | null
  #rises = new Map<string, Rise>()

  constructor (rate: boolean) {
    this.#counters = rate ? new Map() : null
  }

  /** Devices that are remembered. */
  get devices (): number { return this.#counters?.size ?? 0 }

  add ({ at, device }: Sample, value: number): void {
    this.#mean.add(value)
    this.#last = value
    if (this.#counters === null) return
    const before = this.#counters.get(device)
    this.#counters.set(device, { at, value })
    if (before === undefined) return
    const rise = this.#rises.get(device) ?? { increase: 0, ms: 0 }
    // As Prometheus' increase(): a counter that is less than before began again at 0.
    rise.increase += value < before.value ? value : value - before.value
    rise.ms += at - before.at
    this.#rises.set(device, rise)
  }

  /** Ends a bucket, which began at `t`. */
  close (t: string): void {
    const { count, min, max, value: avg } = this.#mean
    if (count === 0) return
    this.points.push({ t, count, min, max, avg, last: this.#last, ...this.#counters === null ? {} : this.#rate() })
    this.#mean = new Mean()
    this.#rises = new Map()
  }

  #rate (): { increase: number | null, rate: number | null } {
    if (this.#rises.size === 0) return { increase: null, rate: null }
    let increase = 0
    let rate: number | null = null
    for (const rise of this.#rises.values()) {
      increase += rise.increase
      if (rise.ms > 0) rate = (rate ?? 0) + rise.increase / (rise.ms / 1_000)
    }
    return { increase: finite(increase), rate: rate === null ? null : finite(rate) }
  }
}
