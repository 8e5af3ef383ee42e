import { parseDuration, ProblemError } from '@motience/kit'
import { DAY_MS, MAX_INSTANT, openZone, type Zone } from './time-zone.js'

/** A time interval from `start` (inclusive) to `end` (exclusive), in milliseconds since 1970. */
export interface Bucket { start: number, end: number }

/** Finds the bucket that contains an instant. */
export type FindBucket = (ms: number) => Bucket

/** A calendar unit (day, week or month): conversion between local day numbers and unit indexes, both since 1970. */
interface Unit {
  indexOf: (day: number) => number
  firstDayOf: (index: number) => number
}

const bounded = (ms: number): number => Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT, ms))

const units: Record<string, Unit> = {
  d: { indexOf: day => day, firstDayOf: index => index },
  // 1970-01-01 was a Thursday, and the Monday before it day -3.
  w: { indexOf: day => Math.floor((day + 3) / 7), firstDayOf: index => index * 7 - 3 },
  mo: {
    indexOf: day => {
      const date = new Date(bounded(day * DAY_MS))
      return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
    },
    firstDayOf: index => {
      const first = Date.UTC(1970, index, 1)
      return (Number.isNaN(first) ? Math.sign(index) * MAX_INSTANT : first) / DAY_MS
    }
  }
}

const findOnCalendar = (zone: Zone, { indexOf, firstDayOf }: Unit, length: number): FindBucket => {
  const startOf = (index: number): number => zone.startOf(firstDayOf(index * length))
  return ms => {
    let index = Math.floor(indexOf(zone.dayOf(bounded(ms))) / length)
    // Clocks set back across midnight repeat a day's last minutes after it has ended.
    if (ms < startOf(index)) index--
    while (ms >= startOf(index + 1) && startOf(index + 1) < MAX_INSTANT) index++
    const end = startOf(index + 1)
    // Everything beyond the range of a JavaScript date is in one bucket.
    return { start: Math.min(ms, startOf(index)), end: end > ms ? end : Infinity }
  }
}

const fault = (path: string, message: string): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path, message }] })

/**
 * Buckets of a length such as `60s`. Seconds, minutes and hours are multiples since 1970; days, weeks (from Monday) and
 * months follow the calendar of a time zone, multiples of them counted since 1970. Throws MOT_BAD_INPUT for an unknown
 * time zone, or for one given with a length that has no calendar.
 */
export const openBuckets = (bucket: string, tz: string | undefined): FindBucket => {
  const [, length, unitName] = /^(\d+)([a-z]+)$/.exec(bucket)!
  const unit = units[unitName!]
  if (unit === undefined) {
    if (tz !== undefined) throw fault('/tz', 'applies to buckets of days, weeks or months only, such as 1d, 1w or 1mo')
    const ms = parseDuration(bucket)
    return at => {
      const start = Math.floor(at / ms) * ms
      return { start, end: start + ms }
    }
  }
  const zone = openZone(tz ?? 'UTC')
  if (zone === null) throw fault('/tz', 'is not a known time zone, such as Europe/Berlin')
  return findOnCalendar(zone, unit, Number(length))
}
