import { MAX_SERIES_TEXT } from '@motience/schemas'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'

/**
 * JSON text may contain, escaped, what PostgreSQL's text can't: U+0000 and lone surrogates. In a message with a `\u`
 * escape they are replaced by U+FFFF and their four digits, as is U+FFFF itself, so that nothing is lost.
 */
const REPLACEMENT = '\uffff'
const UNSTORABLE = /[\0\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
const ESCAPED_UNSTORABLE = String.raw`(?<!\\ud[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})` +
  String.raw`|\\u(0000|ffff|d[89ab][0-9a-f]{2}(?!\\ud[c-f]))`

const encode = (text: string): string =>
  text.replace(UNSTORABLE, character => `${REPLACEMENT}${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The inverse of `encode`. */
export const decodeText = (text: string): string =>
  text.includes(REPLACEMENT)
    ? text.replace(/\uFFFF([0-9a-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
    : text

/** The envelope of a row of dsm.messages, without its head, as `json`. */
const envelopeOf = (sql: SqlRunner): Fragment => {
  // After the first replacement every backslash begins an escape.
  return sql`('{' || substr(
    CASE WHEN strpos(tail, ${'\\u'}) = 0 AND strpos(tail, ${REPLACEMENT}) = 0 THEN tail
      ELSE regexp_replace(
        replace(replace(tail, ${'\\\\'}, ${'\\u005c'}), ${REPLACEMENT}, ${'\\uffff'}),
        ${ESCAPED_UNSTORABLE}, ${String.raw`\\uffff\1\2`}, 'gi')
    END, 2))::json`
}

/** What PostgreSQL accepts as an array index and JSON Pointer does not: signs, spaces, leading zeros. */
const isLooseIndex = (key: string): boolean => /^\s*[+-]?\d+$/.test(key) && !/^(0|[1-9]\d*)$/.test(key)

/**
 * SQL for the JSON text of the field at `keys` in a row's payload; null if there is none. It uses `json` rather than
 * `jsonb`: numbers stay text, so they can't exceed PostgreSQL's range, and the last of duplicate keys wins, as in
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
 * SQL for the JSON text of the beginning of a string, whose JSON text is `value`. A character that can't be stored
 * takes five.
 */
export const shortString = (sql: SqlRunner): Fragment =>
  sql`to_json(left(value::json #>> '{}', ${5 * MAX_SERIES_TEXT}::integer))::text`

/**
 * Maximum significant digits of a number, including one that says whether others follow: the halfway point between two
 * doubles has at most 767.
 */
const MAX_DIGITS = 800
const NUMBER = String.raw`^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)0*([0-9]*))?$`

/**
 * SQL for a shorter text of the same double as `value`, the JSON text of a number: its sign, "0." with its first
 * digits, and the matching exponent.
 */
export const shortNumber = (sql: SqlRunner): Fragment => sql`(
  SELECT part[1] || '0.' || left(significant, ${MAX_DIGITS}::integer)
    || CASE WHEN substr(significant, ${MAX_DIGITS + 1}::integer) ~ '[1-9]' THEN '1' ELSE '' END
    || 'e' || (
      length(part[2]) - (length(digits) - length(significant))
      + (coalesce(part[4], '') || left(coalesce(nullif(part[5], ''), '0'), 15))::bigint)
  FROM (SELECT regexp_match(value, ${NUMBER}) AS part) AS number
  CROSS JOIN LATERAL (SELECT part[2] || coalesce(part[3], '') AS digits) AS whole
  CROSS JOIN LATERAL (SELECT ltrim(digits, '0') AS significant) AS rest)`
