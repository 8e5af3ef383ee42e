/** Milliseconds of a day, and what a JavaScript date can hold, either side of 1970. */
export const DAY_MS = 86_400_000
export const MAX_INSTANT = 8.64e15

/**
 * No zone is farther from UTC, with a margin; and how near to each other two changes of one zone are never looked for.
 */
const WINDOW_MS = 16 * 3_600_000

/** The calendar of one time zone. */
export interface Zone {
  /** Number of the local day, counted from 1970-01-01, in which an instant lies. */
  dayOf (ms: number): number
  /** First instant of a local day. A day without a midnight begins when the clocks were put forward over it. */
  startOf (day: number): number
}

const bounded = (ms: number): number => Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT, ms))

/** Tells how far a zone is ahead of UTC, in milliseconds. Throws a RangeError for a zone that there isn't. */
const offsetsOf = (name: string): (ms: number) => number => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  return ms => {
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(bounded(ms)))
    if (match === null) throw new RangeError(`No offset of ${name} is known`)
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
    return (sign === '-' ? -1_000 : 1_000) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds))
  }
}

/** The instant between `low` and `high` from which on a zone's offset is no longer `before`. */
const changeBetween = (offsetAt: (ms: number) => number, before: number, low: number, high: number): number => {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle) === before) low = middle
    else high = middle
  }
  return high
}

/** The zone of a name of the IANA database; null where there is none. */
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
      // Midnight came before the clocks changed, unless they were put back over it.
      if (midnight - before < change && change + after >= midnight) return midnight - before
      return Math.max(change, midnight - after)
    }
  }
}
