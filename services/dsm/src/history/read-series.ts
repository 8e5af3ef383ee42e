import { ProblemError, type Database } from '@motience/kit'
import { MAX_SERIES_POINTS, parseField, type Series, type SeriesKind, type SeriesQuery } from '@motience/schemas'
import type { Access } from './access.js'
import { openBuckets, type Bucket } from './buckets.js'
import { readDeviceTime } from './device-time.js'
import { instantText } from './instant-text.js'
import { NumberPoints } from './number-points.js'
import { readSamples, type Sample } from './read-samples.js'
import { BooleanPoints, StringPoints } from './state-points.js'

/** Limits of one series; a query above them is refused. */
export interface SeriesBounds {
  points: number
  /** Scanned messages. */
  messages: number
  /** Devices whose changes or counters are tracked. */
  devices: number
  /** String values in all points. */
  values: number
}

export const seriesBounds: SeriesBounds = {
  points: MAX_SERIES_POINTS,
  messages: 10_000_000,
  devices: 10_000,
  values: 50_000
}

/** Callbacks while a series is read. */
export interface SeriesCallbacks {
  /** Receives the number of messages that were scanned. */
  onMessages?: (count: number) => void
  /** Whether the client still waits; reading stops if not. */
  isAwaited?: () => boolean
}

const refuse = (path: string, message: string): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path, message }] })

const shorten = 'use a longer bucket or a shorter time range'

/** The values of a range by kind, all in the same buckets. */
class Points {
  readonly kinds: Record<SeriesKind, number> = { number: 0, boolean: 0, string: 0 }
  readonly number: NumberPoints
  readonly boolean = new BooleanPoints()
  readonly string = new StringPoints()
  #bucket: Bucket | null = null
  #buckets = 0
  #last: SeriesKind | null = null

  constructor (readonly findBucket: (ms: number) => Bucket, readonly bounds: SeriesBounds, rate: boolean) {
    this.number = new NumberPoints(rate)
  }

  add (sample: Sample): void {
    const { value } = sample
    this.#last = typeof value as SeriesKind
    this.kinds[this.#last]++
    // If there is any number, the series is of numbers, and other values are only counted.
    if (typeof value !== 'number' && this.kinds.number > 0) return
    if (this.#bucket === null || sample.at >= this.#bucket.end) this.#open(sample.at)
    if (typeof value === 'number') this.number.add(sample, value)
    else if (typeof value === 'boolean') this.boolean.add(sample, value)
    else this.string.add(sample, value)
  }

  #open (at: number): void {
    this.close()
    this.#bucket = this.findBucket(at)
    if (++this.#buckets > this.bounds.points) {
      throw refuse('/bucket', `results in more than ${this.bounds.points} points; ${shorten}`)
    }
  }

  /** Closes the current bucket. */
  close (): void {
    if (this.#bucket === null) return
    const t = instantText(this.#bucket.start)
    for (const points of [this.number, this.boolean, this.string]) points.close(t)
  }

  /** Throws if the state in memory exceeds the bounds. */
  check (): void {
    const { devices, values } = this.bounds
    if (
      this.number.devices > devices ||
      (this.kinds.number === 0 && this.boolean.devices + this.string.devices > devices)
    ) {
      throw refuse('/device_id', `is required for more than ${devices} devices`)
    }
    if (this.kinds.number === 0 && this.string.values > values) {
      throw refuse('/bucket', `results in more than ${values} values; ${shorten}`)
    }
  }

  /** The kind of the series if the query names none: a field with any numbers is a number. */
  get kind (): SeriesKind { return this.kinds.number > 0 ? 'number' : this.#last ?? 'number' }
}

/**
 * Aggregates one field of the payloads in buckets of the device's corrected time. Messages without a number, a boolean
 * or a string there don't count; empty buckets are left out. Throws MOT_BAD_INPUT for an invalid field, bucket or time
 * zone, and above the bounds.
 */
export const readSeries = async (
  database: Database,
  producerId: number,
  query: SeriesQuery,
  access: Access,
  { onMessages, isAwaited }: SeriesCallbacks = {},
  bounds = seriesBounds
): Promise<Series> => {
  const { keys, fault } = parseField(query.field)
  if (keys === null) throw refuse('/field', fault)
  const { bucket = '60s', tz, fn } = query
  if (fn === 'rate' && query.kind !== undefined && query.kind !== 'number') {
    throw refuse('/fn', 'applies to numbers only')
  }
  const points = new Points(openBuckets(bucket, tz), bounds, fn === 'rate')
  const from = query.from === undefined ? null : readDeviceTime(query.from)
  const to = query.to === undefined ? null : readDeviceTime(query.to)
  const requestedKind = fn === 'rate' ? 'number' : query.kind ?? null

  let messages = 0
  for await (const chunk of readSamples(database, {
    producerId,
    access,
    keys,
    kind: requestedKind,
    deviceId: query.device_id ?? null,
    from,
    to
  })) {
    onMessages?.(chunk.messages)
    messages += chunk.messages
    if (messages > bounds.messages) {
      throw refuse(
        '/from',
        `starts a time range of more than ${bounds.messages} messages; use a shorter one, or a single device`
      )
    }
    for (const sample of chunk.samples) points.add(sample)
    points.check()
    if (isAwaited?.() === false) break
  }
  points.close()
  points.check()

  const kind = requestedKind ?? points.kind
  const head = { field: query.field, bucket, ...tz === undefined ? {} : { tz } }
  const { kinds } = points
  if (kind === 'boolean') return { ...head, kind, kinds, points: points.boolean.points }
  if (kind === 'string') return { ...head, kind, kinds, points: points.string.points }
  return { ...head, kind, kinds, points: points.number.points }
}
