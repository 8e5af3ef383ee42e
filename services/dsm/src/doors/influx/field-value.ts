import { jsonNumber } from '../number-text.js'

const booleans: Record<string, string> = {
  t: 'true',
  T: 'true',
  true: 'true',
  True: 'true',
  TRUE: 'true',
  f: 'false',
  F: 'false',
  false: 'false',
  False: 'false',
  FALSE: 'false'
}

const isBetween = (digits: string, least: bigint, greatest: bigint): boolean => {
  const value = BigInt(digits)
  return value >= least && value <= greatest
}

/**
 * The JSON text of a field value that is no string: a float, an integer (`i`, 64 bits), an unsigned integer (`u`) or a
 * boolean. Digits stay as they were sent. Null for anything else, among it what InfluxDB has no number for either: NaN
 * and the infinities.
 */
export const fieldValue = (text: string): string | null => {
  const suffix = text.at(-1)
  if (suffix === 'i' || suffix === 'u') {
    const digits = text.slice(0, -1)
    if (!(suffix === 'i' ? /^[+-]?\d{1,40}$/ : /^\d{1,40}$/).test(digits)) return null
    const json = jsonNumber(digits)!
    const fits = suffix === 'i'
      ? isBetween(json, -(2n ** 63n), 2n ** 63n - 1n)
      : isBetween(json, 0n, 2n ** 64n - 1n)
    return fits ? json : null
  }
  return Object.hasOwn(booleans, text) ? booleans[text]! : jsonNumber(text)
}
