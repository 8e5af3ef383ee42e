import { parseDuration, ProblemError } from '@motience/kit'
import { DAY_MS, MAX_INSTANT, openZone, type Zone } from './time-zone.js'

/** One stretch of time: from `start` on, before `end`, milliseconds since 1970. */
export interface Bucket { start: number, end: number }

/** The bucket in which an instant lies. */
export type FindBucket = (ms: number) => Bucket

/** What a calendar counts, by the number of the local day: months, weeks and days since 1970. */
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
    // Clocks that were put back over midnight show a day's last minutes once more, after it has ended.
    if (ms < startOf(index)) index--
    while (ms >= startOf(index + 1) && startOf(index + 1) < MAX_INSTANT) index++
    const end = startOf(index + 1)
    // Behind what a date can hold everything is in one bucket.
    return { start: Math.min(ms, startOf(index)), end: end > ms ? end : Infinity }
  }
}

const fault = (path: string, message: string): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path, message }] })

/**
 * Buckets of a length such as `60s`: seconds, minutes and hours are multiples since 1970; days, weeks (from Monday on)
 * and months are the calendar's in a time zone, several of them counted since 1970. Throws MOT_BAD_INPUT for a zone
 * that there isn't, or where the length needs none.
 */
export const openBuckets = (bucket: string, tz: string | undefined): FindBucket => {
  const [, length, unitName] = /^(\d+)([a-z]+)$/.exec(bucket)!
  const unit = units[unitName!]
  if (unit === undefined) {
    if (tz !== undefined) throw fault('/tz', 'is for buckets of days, weeks or months, such as 1d, 1w or 1mo')
    const ms = parseDuration(bucket)
    return at => {
      const start = Math.floor(at / ms) * ms
      return { start, end: start + ms }
    }
  }
  const zone = openZone(tz ?? 'UTC')
  if (zone === null) throw fault('/tz', 'is no time zone that is known, such as Europe/Berlin')
  return findOnCalendar(zone, unit, Number(length))
}
