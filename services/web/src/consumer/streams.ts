import { instantMs, type Envelope } from '@motience/schemas'
import { signal } from '@preact/signals'
import type { LiveSource } from '../charts/live-chart.js'
import { extractSamples, type Sample } from '../series/extract-samples.js'
import { SampleRing } from '../series/sample-ring.js'

/** How far back the charts reach. */
export const KEEP_MS = 15 * 60_000
/** Maximum number of live series; further ones are not charted, and the page says so. */
export const MAX_SERIES = 200

const RATE_WINDOW_MS = 5000
const DAY_MS = 86_400_000

/** The live values of one field of a device. */
export class LiveSeries implements LiveSource {
  readonly ring = new SampleRing(KEEP_MS)
  version = 0
  /** Moving average of the interval between samples, in milliseconds. */
  #interval = 1000

  constructor (
    readonly key: string,
    readonly path: string,
    readonly label: string,
    readonly unit: string,
    readonly colourIndex: number
  ) {}

  get breakMs (): number { return Math.max(2500, this.#interval * 5) }

  push (time: number, value: number): void {
    const gap = time - this.ring.lastTime
    if (gap > 0) this.#interval += (Math.min(gap, 60_000) - this.#interval) * 0.1
    this.ring.push(time, value)
    this.version++
  }
}

/** The series of one device. */
export interface Group {
  key: string
  producerId: number
  deviceId: string | null
  series: LiveSeries[]
}

/**
 * When a message was measured, in milliseconds since 1970. A device time that is ahead, or off by a day or more, is
 * replaced by the time of receipt.
 */
export const timeOf = (envelope: Envelope): number => {
  const received = Date.parse(envelope.received_at)
  const measured = instantMs(envelope.timestamp) + (envelope.clock_offset_ms ?? 0)
  return Number.isFinite(measured) && measured <= received + 60_000 && received - measured < DAY_MS
    ? measured
    : received
}

export const groupKey = (producerId: number, deviceId: string | null): string => `${producerId}/${deviceId ?? ''}`

/** Every numeric field as a series, grouped by producer and device. */
export class Streams {
  readonly groups = signal<readonly Group[]>([])
  /** Whether there are more than `MAX_SERIES` series. */
  readonly overflowed = signal(false)
  #byKey = new Map<string, Group>()
  #series = new Map<string, LiveSeries>()
  #arrivals = new Map<number, number[]>()
  #clockOffset = Number.NEGATIVE_INFINITY
  #publishing = false

  /** Adds a message; returns its samples and its time. */
  add (envelope: Envelope): { samples: Sample[], time: number } {
    const time = timeOf(envelope)
    const samples = extractSamples(envelope.payload)
    const key = groupKey(envelope.producer_id, envelope.device_id)
    // Lower bound of the offset between the platform's clock and the browser's; replayed messages only lower it.
    this.#clockOffset = Math.max(this.#clockOffset, Date.parse(envelope.received_at) - Date.now())
    for (const sample of samples) this.#seriesOf(key, envelope, sample)?.push(time, sample.value)
    return { samples, time }
  }

  /** Counts a live message. */
  countMessage (producerId: number, now = Date.now()): void {
    let times = this.#arrivals.get(producerId)
    if (times === undefined) this.#arrivals.set(producerId, times = [])
    times.push(now)
    if (times.length > 20_000) times.splice(0, 10_000)
  }

  /** Messages per second of a producer, over the last 5 s. */
  rate (producerId: number, now = Date.now()): number {
    const times = this.#arrivals.get(producerId)
    if (times === undefined) return 0
    let old = 0
    while (old < times.length && times[old]! < now - RATE_WINDOW_MS) old++
    if (old > 0) times.splice(0, old)
    return times.length / (RATE_WINDOW_MS / 1000)
  }

  /** The right edge of the charts, by the platform's clock. */
  readonly now = (): number => Date.now() + (Number.isFinite(this.#clockOffset) ? this.#clockOffset : 0)

  /** Removes a producer's series. */
  remove (producerId: number): void {
    for (const [key, group] of this.#byKey) {
      if (group.producerId !== producerId) continue
      this.#byKey.delete(key)
      for (const series of group.series) this.#series.delete(series.key)
    }
    this.#publish()
  }

  #seriesOf (key: string, envelope: Envelope, sample: Sample): LiveSeries | null {
    const seriesKey = `${key}/${sample.path}`
    const known = this.#series.get(seriesKey)
    if (known !== undefined) return known
    if (this.#series.size >= MAX_SERIES) {
      this.overflowed.value = true
      return null
    }
    let group = this.#byKey.get(key)
    if (group === undefined) {
      group = { key, producerId: envelope.producer_id, deviceId: envelope.device_id, series: [] }
      this.#byKey.set(key, group)
    }
    const series = new LiveSeries(seriesKey, sample.path, sample.label, sample.unit, group.series.length)
    group.series.push(series)
    this.#series.set(seriesKey, series)
    this.#publish()
    return series
  }

  /** A message may add many series; the view is updated once. */
  #publish (): void {
    if (this.#publishing) return
    this.#publishing = true
    queueMicrotask(() => {
      this.#publishing = false
      this.groups.value = [...this.#byKey.values()].map(group => ({ ...group, series: [...group.series] }))
    })
  }
}
