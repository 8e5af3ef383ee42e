import type { PostgresType } from 'postgres'

// OIDs of types that every PostgreSQL server has (pg_type.dat).
const INT8 = 20
const DATE = 1082
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184

const toSafeInteger = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new RangeError('A bigint of the database is too large for an exact number')
  }
  return value
}

// "2026-01-02 03:04:05.678+00": the connections set TimeZone to UTC, so the offset is always +00. `infinity` stays as
// it is.
const toInstant = (text: string): string => {
  const instant = new Date(`${text.replace(' ', 'T').replace(/\+00$/, '')}Z`)
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString()
}

/**
 * How values are converted, for both kinds of database: `int8` (offsets, epochs) to numbers, instants to RFC 3339 text
 * in UTC with milliseconds. Finer digits are cut off, so never page by an instant alone. As parameters, instants may be
 * `Date` or text.
 */
export const driverTypes = {
  bigint: {
    to: INT8,
    from: [INT8],
    serialize: (value: number | string | bigint) => value.toString(),
    parse: toSafeInteger
  } satisfies PostgresType<number>,
  instant: {
    to: TIMESTAMPTZ,
    from: [TIMESTAMP, TIMESTAMPTZ],
    serialize: (value: Date | string) => value instanceof Date ? value.toISOString() : value,
    parse: toInstant
  } satisfies PostgresType<string>,
  date: {
    to: DATE,
    from: [DATE],
    serialize: (value: Date | string) => value instanceof Date ? value.toISOString().slice(0, 10) : value,
    parse: (text: string) => text
  } satisfies PostgresType<string>
}
