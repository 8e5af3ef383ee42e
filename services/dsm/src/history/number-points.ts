import type { NumberPoint } from '@motience/schemas'
import { CompensatedMean } from './compensated-mean.js'
import type { Sample } from './read-samples.js'

/** The last value of a device's counter. */
interface Counter { at: number, value: number }

/** The increase of a device's counter in a bucket and its duration, both since the previous value. */
interface Rise { increase: number, ms: number }

/** JSON has no infinity. */
const finite = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))

/** Aggregates numbers bucket by bucket; with `rate` also as counters, each device on its own. */
export class NumberPoints {
  readonly points: NumberPoint[] = []
  #mean = new CompensatedMean()
  #last = 0
  #counters: Map<string, Counter> | null
  #rises = new Map<string, Rise>()

  constructor (rate: boolean) {
    this.#counters = rate ? new Map() : null
  }

  /** Number of devices with a known counter. */
  get devices (): number { return this.#counters?.size ?? 0 }

  add ({ at, device }: Sample, value: number): void {
    this.#mean.add(value)
    this.#last = value
    if (this.#counters === null) return
    const before = this.#counters.get(device)
    this.#counters.set(device, { at, value })
    if (before === undefined) return
    const rise = this.#rises.get(device) ?? { increase: 0, ms: 0 }
    // As in Prometheus' increase(): a counter below its previous value was reset to 0.
    rise.increase += value < before.value ? value : value - before.value
    rise.ms += at - before.at
    this.#rises.set(device, rise)
  }

  /** Closes the bucket that began at `t`. */
  close (t: string): void {
    const { count, min, max, value: avg } = this.#mean
    if (count === 0) return
    this.points.push({ t, count, min, max, avg, last: this.#last, ...this.#counters === null ? {} : this.#rate() })
    this.#mean = new CompensatedMean()
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
