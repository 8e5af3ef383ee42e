import { ProblemError } from '@motience/kit'
import { fieldsOf, listOf, numberOf, numberText, valuesOf } from './fields.js'
import type { Fields } from './messages.js'

/** Bit of `flags`: the source has ceased to record values. */
const NO_RECORDED_VALUE = 1

/** JSON text of an object of the members that are not undefined. */
const objectText = (members: Record<string, string | undefined>): string => {
  const texts = Object.entries(members).flatMap(([name, text]) => text === undefined ? [] : [`"${name}":${text}`])
  return `{${texts.join(',')}}`
}

const numbersText = (fields: Fields, name: string): string =>
  `[${valuesOf(fields, name).map(value => numberText(value, name) ?? 'null').join(',')}]`

/** A number that protobuf leaves out where it is 0. */
const countOf = (fields: Fields, name: string): string => numberOf(fields, name) ?? '0'

/** A number whose absence means something; null if it is none for JSON. */
const optionalOf = (fields: Fields, name: string): string | undefined => {
  const number = numberOf(fields, name)
  return number === null ? 'null' : number
}

/** A gauge's or a sum's value: exactly the integer, or the double. */
const numberValue = (point: Fields): string => {
  const value = numberOf(point, 'asInt') ?? numberOf(point, 'asDouble')
  if (value === undefined) throw new ProblemError('MOT_BAD_INPUT', 'The data point has no value')
  if (value === null) throw new ProblemError('MOT_BAD_INPUT', 'NaN and infinities are no numbers in JSON')
  return value
}

const moments = (point: Fields): Record<string, string | undefined> => ({
  count: countOf(point, 'count'),
  sum: optionalOf(point, 'sum'),
  min: optionalOf(point, 'min'),
  max: optionalOf(point, 'max')
})

const histogramValue = (point: Fields): string => objectText({
  ...moments(point),
  bounds: numbersText(point, 'explicitBounds'),
  counts: numbersText(point, 'bucketCounts')
})

const bucketsText = (point: Fields, name: string): string | undefined => {
  const buckets = fieldsOf(point, name)
  if (buckets === undefined) return undefined
  return objectText({ offset: countOf(buckets, 'offset'), counts: numbersText(buckets, 'bucketCounts') })
}

const exponentialValue = (point: Fields): string => objectText({
  ...moments(point),
  scale: countOf(point, 'scale'),
  zero_count: countOf(point, 'zeroCount'),
  zero_threshold: optionalOf(point, 'zeroThreshold'),
  positive: bucketsText(point, 'positive'),
  negative: bucketsText(point, 'negative')
})

const quantileText = (quantile: Fields): string =>
  objectText({ quantile: countOf(quantile, 'quantile'), value: optionalOf(quantile, 'value') ?? '0' })

const summaryValue = (point: Fields): string => objectText({
  count: countOf(point, 'count'),
  sum: optionalOf(point, 'sum') ?? '0',
  quantiles: `[${listOf(point, 'quantileValues').map(quantileText).join(',')}]`
})

/** The kinds of metrics: the field that holds their data, their name in payloads, and how a value is written. */
export const metricKinds = [
  { field: 'gauge', kind: 'gauge', valueText: numberValue },
  { field: 'sum', kind: 'sum', valueText: numberValue },
  { field: 'histogram', kind: 'histogram', valueText: histogramValue },
  { field: 'exponentialHistogram', kind: 'exponential_histogram', valueText: exponentialValue },
  { field: 'summary', kind: 'summary', valueText: summaryValue }
] as const

/** Whether the data point says that there is no value any more; its value is then null. */
export const hasNoValue = (point: Fields): boolean =>
  (Number(numberOf(point, 'flags') ?? 0) & NO_RECORDED_VALUE) !== 0
