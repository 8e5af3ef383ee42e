/** A point in time with nanosecond precision, and its text. */
export interface Instant {
  /** Milliseconds since 1970, and the remaining nanoseconds, 0 to 999999. */
  ms: number
  ns: number
  /** RFC 3339 in UTC, with the fractional digits that were sent: at least three, at most nine. */
  text: string
}

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Bounds of the four-digit years of RFC 3339, in milliseconds since 1970. */
export const MIN_INSTANT_MS = -62_167_219_200_000
export const MAX_INSTANT_MS = 253_402_300_799_999

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The Gregorian calendar repeats after 400 years. */
const CYCLE_MS = 146_097 * DAY_MS

const daysOf = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
        ? 30
        : 31

/** `Date.UTC` maps the years 0 to 99 to the 20th century, so it is called for one cycle later. */
const startOfMinute = (year: number, month: number, day: number, hour: number, minute: number): number =>
  Date.UTC(year + 400, month - 1, day, hour, minute) - CYCLE_MS

/** The number written in the digits from `at` to `end`. */
const digitsOf = (text: string, at: number, end: number): number => {
  let number = 0
  for (; at < end; at++) number = number * 10 + text.charCodeAt(at) - 0x30
  return number
}

/** Index of the seconds and of their fraction in `YYYY-MM-DDThh:mm:ss.fff`. */
const SECOND = 17
const FRACTION = 20

/** The UTC offset `±hh:mm` at index `zone`, in milliseconds; null if it is out of range. */
const aheadOf = (text: string, zone: number): number | null => {
  const [hours, minutes] = [digitsOf(text, zone + 1, zone + 3), digitsOf(text, zone + 4, zone + 6)]
  if (hours > 23 || minutes > 59) return null
  return (text[zone] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS
}

const readText = (text: string): Instant | null => {
  if (!RFC3339.test(text)) return null
  const [year, month, day] = [digitsOf(text, 0, 4), digitsOf(text, 5, 7), digitsOf(text, 8, 10)]
  const [hour, minute, second] = [digitsOf(text, 11, 13), digitsOf(text, 14, 16), digitsOf(text, SECOND, 19)]
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 60) {
    return null
  }
  const isUtc = text.endsWith('Z') || text.endsWith('z')
  const zone = text.length - (isUtc ? 1 : 6)
  const ahead = isUtc ? 0 : aheadOf(text, zone)
  if (ahead === null) return null
  const start = startOfMinute(year, month, day, hour, minute) - ahead
  // A leap second ends a day of UTC (RFC 3339, 5.7). Future ones are unknown, so any day may have one.
  if (second === 60 && (start + MINUTE_MS) % DAY_MS !== 0) return null
  const digits = Math.max(0, zone - FRACTION)
  const nanoseconds = digitsOf(text, FRACTION, zone) * 10 ** (9 - digits)
  const ms = start + second * 1_000 + Math.floor(nanoseconds / 1e6)
  if (ms < MIN_INSTANT_MS || ms > MAX_INSTANT_MS) return null
  const ns = nanoseconds % 1e6
  const minDigits = second === 60 ? 0 : 3
  if (digits >= minDigits && text.endsWith('Z') && text[10] === 'T') return { ms, ns, text }
  const fraction = text.slice(FRACTION, zone).padEnd(minDigits, '0')
  const minuteText = new Date(start).toISOString().slice(0, SECOND)
  const secondText = `${text.slice(SECOND, 19)}${fraction === '' ? '' : `.${fraction}`}`
  return { ms, ns, text: `${minuteText}${secondText}Z` }
}

let last: { value: string | number, instant: Instant | null } = { value: '', instant: null }

/**
 * Parses a time sent by a device: RFC 3339 with any UTC offset and up to nine fractional digits, or integer
 * milliseconds since 1970. Returns null for anything else, including dates that do not exist and times outside of the
 * years 0000 to 9999 in UTC. Second 60 is valid at the end of any UTC day: it equals the first second of the next day,
 * and keeps its text. The last result is cached, because validation is always followed by reading the same value.
 */
export const readInstant = (value: string | number): Instant | null => {
  if (last.value === value) return last.instant
  let instant: Instant | null = null
  if (typeof value === 'string') {
    instant = readText(value)
  } else if (Number.isInteger(value) && value >= MIN_INSTANT_MS && value <= MAX_INSTANT_MS) {
    instant = { ms: value, ns: 0, text: new Date(value).toISOString() }
  }
  last = { value, instant }
  return instant
}

/** Milliseconds since 1970; NaN if the value is not a time. Unlike `Date.parse`, it accepts leap seconds. */
export const instantMs = (value: string | number): number => readInstant(value)?.ms ?? NaN
