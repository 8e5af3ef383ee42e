/** Why a line is refused. */
export class LineError extends Error {
  override name = 'LineError'
}

/** A point of line protocol. Field values are JSON texts, tags and keys unescaped. */
export interface Point {
  measurement: string
  tags: Map<string, string>
  fields: Map<string, string>
  /** The digits of the timestamp; null if there is none. */
  time: string | null
}

/** Maximum numbers of tags and of fields of a point. */
export const MAX_TAGS = 256
export const MAX_FIELDS = 1_024

/** Characters that end a measurement, a key or a tag's value if they are not escaped. */
const AFTER_MEASUREMENT = ', '
const AFTER_KEY = '=, '
const AFTER_TAG = ',= '

/**
 * Reads up to an unescaped character of `ends`. A backslash escapes these and nothing else, but always takes the
 * character after it along, as in InfluxDB's own parser.
 */
const readToken = (line: string, from: number, ends: string): { token: string, end: number } => {
  let token = ''
  let start = from
  let at = from
  for (; at < line.length && !ends.includes(line[at]!); at++) {
    if (line[at] !== '\\' || at + 1 === line.length) continue
    if (AFTER_KEY.includes(line[at + 1]!)) {
      token += line.slice(start, at)
      start = at + 1
    }
    at++
  }
  return { token: token + line.slice(start, at), end: at }
}

const skipSpaces = (line: string, at: number): number => {
  while (line[at] === ' ') at++
  return at
}

/** Reads `,key=value` pairs after the measurement; returns the index after them. */
const readTags = (line: string, from: number, tags: Map<string, string>): number => {
  let at = from
  while (line[at] === ',') {
    const key = readToken(line, at + 1, AFTER_KEY)
    if (key.token === '') throw new LineError('missing tag key')
    if (line[key.end] !== '=') throw new LineError('missing tag value')
    const value = readToken(line, key.end + 1, AFTER_TAG)
    if (line[value.end] === '=') throw new LineError('unescaped = in a tag value')
    if (value.token === '') throw new LineError('missing tag value')
    if (tags.has(key.token)) throw new LineError('duplicate tag')
    tags.set(key.token, value.token)
    if (tags.size > MAX_TAGS) throw new LineError(`more than ${MAX_TAGS} tags`)
    at = value.end
  }
  return at
}

/** Index of the quote that closes the string whose opening quote is at `from`; -1 if there is none before `to`. */
export const closingQuote = (text: string, from: number, to: number): number => {
  for (let at = from + 1; at < to; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return -1
}

/** Reads `key=value` pairs after the tags; returns the index after them. Of equal fields the last one counts. */
const readFields = (
  line: string,
  from: number,
  fields: Map<string, string>,
  readValue: (text: string) => string | null
): number => {
  for (let at = from; ; at++) {
    const key = readToken(line, at, AFTER_KEY)
    if (key.token === '') throw new LineError('missing field key')
    if (line[key.end] !== '=') throw new LineError('missing field value')
    const start = key.end + 1
    let end: number
    if (line[start] === '"') {
      end = closingQuote(line, start, line.length) + 1
      fields.set(key.token, JSON.stringify(line.slice(start + 1, end - 1).replace(/\\(["\\])/g, '$1')))
    } else {
      for (end = start; end < line.length && line[end] !== ',' && line[end] !== ' ';) end++
      if (end === start) throw new LineError('missing field value')
      const value = readValue(line.slice(start, end))
      if (value === null) throw new LineError('invalid field value')
      fields.set(key.token, value)
    }
    if (fields.size > MAX_FIELDS) throw new LineError(`more than ${MAX_FIELDS} fields`)
    if (line[end] !== ',') {
      if (end < line.length && line[end] !== ' ') throw new LineError('invalid field value')
      return end
    }
    at = end
  }
}

/**
 * Parses one line, whose strings are known to be closed: see `splitLines`. `readValue` turns a field value that is no
 * string into JSON text. Throws a `LineError`.
 */
export const parseLine = (line: string, readValue: (text: string) => string | null): Point => {
  const measurement = readToken(line, 0, AFTER_MEASUREMENT)
  if (measurement.token === '') throw new LineError('missing measurement')
  const point: Point = { measurement: measurement.token, tags: new Map(), fields: new Map(), time: null }
  const afterTags = skipSpaces(line, readTags(line, measurement.end, point.tags))
  if (afterTags === line.length) throw new LineError('missing fields')
  const time = line.slice(readFields(line, afterTags, point.fields, readValue)).trim()
  if (time !== '') {
    if (!/^-?\d{1,19}$/.test(time)) throw new LineError('invalid timestamp')
    point.time = time
  }
  return point
}
