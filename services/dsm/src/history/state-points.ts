import { MAX_SERIES_VALUES, type BooleanPoint, type StringPoint } from '@motience/schemas'
import { instantText } from './instant-text.js'
import type { Sample } from './read-samples.js'

/** Most values of one bucket that are counted, those that came first; the most frequent of them are told. */
const MAX_COUNTED = 1_000

/** What a device sent last, and since when; `since` is null where it sent nothing else in the range. */
interface State { value: boolean | string, since: number | null }

/** Counts values, one bucket after the other, and follows how each device's changes. */
class StatePoints<V extends boolean | string> {
  protected counts = new Map<V, number>()
  protected count = 0
  /** Values that are not in `counts`. */
  protected uncounted = 0
  #states = new Map<string, State>()
  #last: State & { value: V } | null = null
  #changes = 0

  /** Devices that are remembered. */
  get devices (): number { return this.#states.size }

  add ({ at, device }: Sample, value: V): void {
    const before = this.#states.get(device)
    const isChange = before !== undefined && before.value !== value
    const state = { value, since: isChange ? at : before?.since ?? null }
    if (isChange) this.#changes++
    this.#states.set(device, state)
    this.#last = state
    this.count++
    if (this.counts.has(value) || this.counts.size < MAX_COUNTED) { this.counts.set(value, (this.counts.get(value) ?? 0) + 1) } else this.uncounted++
  }

  /** What every point has, but for its time; begins the next bucket. */
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

/** Booleans: the share of true. */
export class BooleanPoints extends StatePoints<boolean> {
  readonly points: BooleanPoint[] = []

  /** Ends a bucket, which began at `t`. */
  close (t: string): void {
    if (this.count === 0) return
    const trues = this.counts.get(true) ?? 0
    const { count, ...state } = this.take()
    this.points.push({ t, count, share_true: trues / count, ...state })
  }
}

/** Strings: how often each came. */
export class StringPoints extends StatePoints<string> {
  readonly points: StringPoint[] = []
  /** Values in all points. */
  values = 0

  /** Ends a bucket, which began at `t`. */
  close (t: string): void {
    if (this.count === 0) return
    // Sorting is stable: of equally frequent values the one that came first is first.
    const counted = [...this.counts].sort(([, a], [, b]) => b - a)
    const values = counted.slice(0, MAX_SERIES_VALUES).map(([value, count]) => ({ value, count }))
    const other = counted.slice(MAX_SERIES_VALUES).reduce((sum, [, count]) => sum + count, this.uncounted)
    const { count, ...state } = this.take()
    this.points.push({ t, count, values, other, ...state })
    this.values += values.length
  }
}
