/** Milliseconds of a day, and the maximum before or after 1970 that a JavaScript date can hold. */
export const DAY_MS = 86_400_000
export const MAX_INSTANT = 8.64e15

/** Wider than the largest offset from UTC, and shorter than the time between two changes of a zone's offset. */
const WINDOW_MS = 16 * 3_600_000

/** The calendar of one time zone. */
export interface Zone {
  /** Number of the local day that contains an instant, counted from 1970-01-01. */
  dayOf (ms: number): number
  /** First instant of a local day. A day without a midnight begins when the clocks are set forward across it. */
  startOf (day: number): number
}

const bounded = (ms: number): number => Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT, ms))

/** The offset of a zone from UTC at an instant, in milliseconds. Throws a RangeError for an unknown zone. */
const offsetsOf = (name: string): (ms: number) => number => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  return ms => {
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(bounded(ms)))
    if (match === null) throw new RangeError(`Unknown offset of time zone ${name}`)
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
    return (sign === '-' ? -1_000 : 1_000) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds))
  }
}

/** The instant between `low` and `high` at which a zone's offset changes from `before`. */
const changeBetween = (offsetAt: (ms: number) => number, before: number, low: number, high: number): number => {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle) === before) low = middle
    else high = middle
  }
  return high
}

/** The zone of an IANA time zone name; null if it is unknown. */
export const openZone = (name: string): Zone | null => {
  let offsetAt: (ms: number) => number
  try {
    offsetAt = offsetsOf(name)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
  return {
    dayOf: ms => Math.floor((ms + offsetAt(ms)) / DAY_MS),
    startOf: day => {
      const midnight = day * DAY_MS
      const before = offsetAt(midnight - WINDOW_MS)
      const after = offsetAt(midnight + WINDOW_MS)
      if (before === after) return bounded(midnight - before)
      const change = changeBetween(offsetAt, before, bounded(midnight - WINDOW_MS), bounded(midnight + WINDOW_MS))
      // Midnight precedes the change of the clocks, unless they are set back across it.
      if (midnight - before < change && change + after >= midnight) return midnight - before
      return Math.max(change, midnight - after)
    }
  }
}
