import { MAX_SERIES_TEXT } from '@motience/schemas'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'

/**
 * JSON text may hold what PostgreSQL's text can't: U+0000 and half surrogate pairs, escaped. Where a message has an
 * escape `\u`, they are written as U+FFFF and their four digits, and so is U+FFFF itself: then nothing is lost.
 */
const MARK = '\uffff'
const UNSTORABLE = /[\0\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
const ESCAPED_UNSTORABLE = String.raw`(?<!\\ud[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\u(0000|ffff|d[89ab][0-9a-f]{2}(?!\\ud[c-f]))`

const encode = (text: string): string =>
  text.replace(UNSTORABLE, character => `${MARK}${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The text that stands for `encode`d text. */
export const decodeText = (text: string): string =>
  text.includes(MARK)
    ? text.replace(/\uFFFF([0-9a-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
    : text

/** The envelope of a row of dsm.messages, but for its head, as `json`. */
const envelopeOf = (sql: SqlRunner): Fragment => {
  // The first replacement leaves no backslash but those that begin an escape.
  return sql`('{' || substr(
    CASE WHEN strpos(tail, ${'\\u'}) = 0 AND strpos(tail, ${MARK}) = 0 THEN tail
      ELSE regexp_replace(replace(replace(tail, ${'\\\\'}, ${'\\u005c'}), ${MARK}, ${'\\uffff'}), ${ESCAPED_UNSTORABLE}, ${String.raw`\\uffff\1\2`}, 'gi')
    END, 2))::json`
}

/** What PostgreSQL takes for an index of an array and JSON Pointer does not: signs, spaces, zeros in front. */
const isLooseIndex = (key: string): boolean => /^\s*[+-]?\d+$/.test(key) && !/^(0|[1-9]\d*)$/.test(key)

/**
 * The JSON text of the field at `keys` in a row's payload; null where there is none. It is `json` and not `jsonb`:
 * numbers stay text and can't be out of PostgreSQL's range, and of a key that comes twice the last counts, as for
 * `JSON.parse`.
 */
export const fieldText = (sql: SqlRunner, keys: readonly string[]): Fragment => {
  let value = envelopeOf(sql)
  let path: string[] = ['payload']
  for (const key of keys) {
    if (isLooseIndex(key)) {
      value = sql`(${value} #> ${path}::text[] -> ${key}::text)`
      path = []
    } else {
      path.push(encode(key))
    }
  }
  return path.length === 0 ? sql`${value}::text` : sql`(${value} #> ${path}::text[])::text`
}

/**
 * The JSON text of what the JSON text `value` of a string begins with: what can't be stored is five characters for one.
 */
export const shortString = (sql: SqlRunner): Fragment =>
  sql`to_json(left(value::json #>> '{}', ${5 * MAX_SERIES_TEXT}::integer))::text`

/**
 * Digits of a number that matter at most, with one that tells whether others follow: no double's halfway point has more
 * than 767.
 */
const MAX_DIGITS = 800
const NUMBER = String.raw`^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)0*([0-9]*))?$`

/**
 * A shorter text of the same double as the JSON text `value` of a number: its sign, 0. and its first digits, and the
 * exponent that belongs to them.
 */
export const shortNumber = (sql: SqlRunner): Fragment => sql`(
  SELECT part[1] || '0.' || left(significant, ${MAX_DIGITS}::integer) || CASE WHEN substr(significant, ${MAX_DIGITS + 1}::integer) ~ '[1-9]' THEN '1' ELSE '' END
    || 'e' || (length(part[2]) - (length(digits) - length(significant)) + (coalesce(part[4], '') || left(coalesce(nullif(part[5], ''), '0'), 15))::bigint)
  FROM (SELECT regexp_match(value, ${NUMBER}) AS part) AS number
  CROSS JOIN LATERAL (SELECT part[2] || coalesce(part[3], '') AS digits) AS whole
  CROSS JOIN LATERAL (SELECT ltrim(digits, '0') AS significant) AS rest)`
