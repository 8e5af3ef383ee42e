import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'

/** Characters of a number, and digits of its exponent, with which nothing can go wrong in PostgreSQL. */
const PLAIN_LENGTH = 200

/** Characters of a number before its exponent that count; those behind are far beyond the digits of a double. */
const MAX_LENGTH = 1_000

/**
 * SQL that reads the text of a JSON number as the double that `JSON.parse` makes of it. Payloads are kept as they were
 * sent: PostgreSQL refuses to cast a number that a double holds as 0, such as 1e-400, and one with more digits or a
 * greater exponent than `numeric` has. Numbers that overflow a double are never kept.
 */
export const doubleOf = (sql: SqlRunner, text: Fragment): Fragment => sql`
  CASE WHEN length(${text}) <= ${PLAIN_LENGTH}::integer AND ${text} !~ '[eE][+-]?0*[1-9][0-9]{2}' THEN (${text})::float8
    WHEN ${text} ~ '[eE][+-]?0*[1-9][0-9]{3}' THEN 0
    ELSE (
      SELECT CASE WHEN abs(number) < 3e-324::numeric THEN 0 ELSE number::float8 END
      FROM (VALUES ((left(substring(${text} from '^[^eE]*'), ${MAX_LENGTH}::integer) || coalesce(substring(${text} from '[eE].*$'), ''))::numeric)) AS cut (number)
    ) END`
