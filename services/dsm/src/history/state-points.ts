import { MAX_SERIES_VALUES, type BooleanPoint, type StringPoint } from '@motience/schemas'
import { instantText } from './instant-text.js'
import type { Sample } from './read-samples.js'

/** Maximum distinct values that are counted in a bucket, first come first; the most frequent of them are returned. */
const MAX_COUNTED = 1_000

/** The last value of a device, and since when; `since` is null if it sent no other value in the range. */
interface State { value: boolean | string, since: number | null }

/** Counts values bucket by bucket, and tracks the changes of each device. */
class StatePoints<V extends boolean | string> {
  protected counts = new Map<V, number>()
  protected count = 0
  /** Number of values that are not in `counts`. */
  protected uncounted = 0
  #states = new Map<string, State>()
  #last: State & { value: V } | null = null
  #changes = 0

  /** Number of devices with a known state. */
  get devices (): number { return this.#states.size }

  add ({ at, device }: Sample, value: V): void {
    const before = this.#states.get(device)
    const isChange = before !== undefined && before.value !== value
    const state = { value, since: isChange ? at : before?.since ?? null }
    if (isChange) this.#changes++
    this.#states.set(device, state)
    this.#last = state
    this.count++
    if (this.counts.has(value) || this.counts.size < MAX_COUNTED) {
      this.counts.set(value, (this.counts.get(value) ?? 0) + 1)
    } else {
      this.uncounted++
    }
  }

  /** The fields common to all points except the time; starts the next bucket. */
  protected take (): { count: number, last: V, changes: number, changed_at: string | null } {
    const { value: last, since } = this.#last!
    const taken = {
      count: this.count,
      last,
      changes: this.#changes,
      changed_at: since === null ? null : instantText(since)
    }
    this.counts = new Map()
    this.count = this.uncounted = this.#changes = 0
    return taken
  }
}

/** Points of booleans: the share of true. */
export class BooleanPoints extends StatePoints<boolean> {
  readonly points: BooleanPoint[] = []

  /** Closes the bucket that began at `t`. */
  close (t: string): void {
    if (this.count === 0) return
    const trues = this.counts.get(true) ?? 0
    const { count, ...state } = this.take()
    this.points.push({ t, count, share_true: trues / count, ...state })
  }
}

/** Points of strings: the frequency of each. */
export class StringPoints extends StatePoints<string> {
  readonly points: StringPoint[] = []
  /** Number of values in all points. */
  values = 0

  /** Closes the bucket that began at `t`. */
  close (t: string): void {
    if (this.count === 0) return
    // Sorting is stable: equally frequent values stay in the order of their first occurrence.
    const counted = [...this.counts].sort(([, a], [, b]) => b - a)
    const values = counted.slice(0, MAX_SERIES_VALUES).map(([value, count]) => ({ value, count }))
    const other = counted.slice(MAX_SERIES_VALUES).reduce((sum, [, count]) => sum + count, this.uncounted)
    const { count, ...state } = this.take()
    this.points.push({ t, count, values, other, ...state })
    this.values += values.length
  }
}
