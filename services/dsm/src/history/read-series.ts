import { ProblemError, type Database } from '@motience/kit'
import { MAX_SERIES_POINTS, parseField, type Series, type SeriesKind, type SeriesQuery } from '@motience/schemas'
import type { Access } from './access.js'
import { openBuckets, type Bucket } from './buckets.js'
import { readDeviceTime } from './device-time.js'
import { instantText } from './instant-text.js'
import { NumberPoints } from './number-points.js'
import { readSamples, type Sample } from './read-samples.js'
import { BooleanPoints, StringPoints } from './state-points.js'

/** What one series may take; past it the question is refused. */
export interface SeriesBounds {
  points: number
  /** Messages that are looked at. */
  messages: number
  /** Devices whose changes or counters are followed. */
  devices: number
  /** Values of strings in all points. */
  values: number
}

export const seriesBounds: SeriesBounds = {
  points: MAX_SERIES_POINTS,
  messages: 10_000_000,
  devices: 10_000,
  values: 50_000
}

/** What reading a series tells and asks while it lasts. */
export interface SeriesReading {
  /** Hears of the messages that were looked at. */
  onMessages?: (count: number) => void
  /** Whether anybody waits for the answer still; reading ends where not. */
  isAwaited?: () => boolean
}

const refuse = (path: string, message: string): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path, message }] })

const shorter = 'take a longer bucket or a shorter time'

/** The values of a range by their kind, in one row of buckets. */
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
    // With a number among them numbers are told: then the others are only counted.
    if (typeof value !== 'number' && this.kinds.number > 0) return
    if (this.#bucket === null || sample.at >= this.#bucket.end) this.#open(sample.at)
    if (typeof value === 'number') this.number.add(sample, value)
    else if (typeof value === 'boolean') this.boolean.add(sample, value)
    else this.string.add(sample, value)
  }

  #open (at: number): void {
    this.close()
    this.#bucket = this.findBucket(at)
    if (++this.#buckets > this.bounds.points) { throw refuse('/bucket', `gives more than ${this.bounds.points} points; ${shorter}`) }
  }

  /** Ends the last bucket. */
  close (): void {
    if (this.#bucket === null) return
    const t = instantText(this.#bucket.start)
    for (const points of [this.number, this.boolean, this.string]) points.close(t)
  }

  /** Throws where what is remembered is too much. */
  check (): void {
    const { devices, values } = this.bounds
    if (
      this.number.devices > devices ||
      (this.kinds.number === 0 && this.boolean.devices + this.string.devices > devices)
    ) {
      throw refuse('/device_id', `is needed where there are more than ${devices} devices`)
    }
    if (this.kinds.number === 0 && this.string.values > values) { throw refuse('/bucket', `gives more than ${values} values; ${shorter}`) }
  }

  /** The kind to tell of where none was asked for: a field that has numbers is a number, as it always was. */
  get kind (): SeriesKind { return this.kinds.number > 0 ? 'number' : this.#last ?? 'number' }
}

/**
 * Sums up one field of the payloads in buckets of the device's corrected time. Messages without a number, a boolean or
 * a string there don't count; buckets without a value are left out. Throws MOT_BAD_INPUT for a field, a bucket or a
 * zone that is none, and past the bounds.
 */
export const readSeries = async (
  database: Database,
  producerId: number,
  query: SeriesQuery,
  access: Access,
  { onMessages, isAwaited }: SeriesReading = {},
  bounds = seriesBounds
): Promise<Series> => {
  const { keys, fault } = parseField(query.field)
  if (keys === null) throw refuse('/field', fault)
  const { bucket = '60s', tz, fn } = query
  if (fn === 'rate' && query.kind !== undefined && query.kind !== 'number') throw refuse('/fn', 'is for numbers')
  const points = new Points(openBuckets(bucket, tz), bounds, fn === 'rate')
  const from = query.from === undefined ? null : readDeviceTime(query.from)
  const to = query.to === undefined ? null : readDeviceTime(query.to)
  const asked = fn === 'rate' ? 'number' : query.kind ?? null

  let messages = 0
  for await (const chunk of readSamples(database, {
    producerId,
    access,
    keys,
    kind: asked,
    deviceId: query.device_id ?? null,
    from,
    to
  })) {
    onMessages?.(chunk.messages)
    messages += chunk.messages
    if (messages > bounds.messages) {
      throw refuse(
        '/from',
        `begins a time of more than ${bounds.messages} messages; take a shorter time, or one device`
      )
    }
    for (const sample of chunk.samples) points.add(sample)
    points.check()
    if (isAwaited?.() === false) break
  }
  points.close()
  points.check()

  const kind = asked ?? points.kind
  const head = { field: query.field, bucket, ...tz === undefined ? {} : { tz } }
  const { kinds } = points
  if (kind === 'boolean') return { ...head, kind, kinds, points: points.boolean.points }
  if (kind === 'string') return { ...head, kind, kinds, points: points.string.points }
  return { ...head, kind, kinds, points: points.number.points }
}
