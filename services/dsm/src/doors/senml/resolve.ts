import { ProblemError } from '@motience/kit'
import {
  addDecimals, decimalText, jsonNumber, nanosecondsOf, NumberText, readDecimal, type Decimal
} from '../number-text.js'
import type { SenmlFields } from './decode.js'

/** A record with the base fields applied (RFC 8428, section 4.6). Values are JSON texts. */
export interface Resolved {
  /** The base name, '' if there is none, and the record's own name. */
  baseName: string
  name: string
  unit: string | null
  value: string | null
  sum: string | null
  updateSecs: string | null
  /** Nanoseconds since 1970; null for the time of arrival. */
  time: bigint | null
  /** Whether `time` was sent, rather than derived from the time of arrival. */
  isAbsolute: boolean
}

/** Base fields of the records that follow. */
interface Base { name: string, time: Decimal, unit: string | null, value: string | null, sum: string | null }

/** The highest version of SenML. */
const MAX_VERSION = 10

/** Times below this are relative to the time of arrival (RFC 8428, section 4.5.3): 2^28 seconds. */
const FIRST_ABSOLUTE = 268_435_456n * 1_000_000_000n
const NS_PER_MS = 1_000_000n

const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]{0,254}$/
const ZERO: Decimal = { digits: 0n, scale: 0 }

const bad = (message: string): ProblemError => new ProblemError('MOT_BAD_INPUT', message)

const textOf = (record: SenmlFields, label: string): string | null => {
  const value = record[label] ?? null
  if (value !== null && typeof value !== 'string') throw bad(`${label} is not a string`)
  return value
}

const numberOf = (record: SenmlFields, label: string): string | null => {
  const value = record[label] ?? null
  if (value === null) return null
  const text = value instanceof NumberText ? jsonNumber(value.text) : null
  if (text === null) throw bad(`${label} is not a number`)
  return text
}

const decimalOf = (text: string, label: string): Decimal => {
  const decimal = readDecimal(text)
  if (decimal === null) throw bad(`${label} is too large or too small`)
  return decimal
}

/** The exact sum of a base and a record's own number; one that stands alone keeps its digits. */
const added = (base: string | null, own: string | null, label: string): string | null => {
  if (base === null || own === null) return own ?? base
  return decimalText(addDecimals(decimalOf(base, `b${label}`), decimalOf(own, label)))
}

const readBase = (record: SenmlFields, base: Base): Base => {
  const time = numberOf(record, 'bt')
  return {
    name: textOf(record, 'bn') ?? base.name,
    time: time === null ? base.time : decimalOf(time, 'bt'),
    unit: textOf(record, 'bu') ?? base.unit,
    value: numberOf(record, 'bv') ?? base.value,
    sum: numberOf(record, 'bs') ?? base.sum
  }
}

/** The value of a record, which has at most one. */
const valueOf = (record: SenmlFields, base: Base): string | null => {
  if (['v', 'vs', 'vb', 'vd'].filter(label => record[label] !== undefined).length > 1) {
    throw bad('More than one value')
  }
  const { vb } = record
  if (vb !== undefined && typeof vb !== 'boolean') throw bad('vb is not a boolean')
  if (vb !== undefined) return String(vb)
  const text = textOf(record, 'vs') ?? textOf(record, 'vd')
  if (text !== null) return JSON.stringify(text)
  const own = numberOf(record, 'v')
  // A base value is added to values alone: a record that has a sum only has none.
  return own === null && record['s'] !== undefined ? null : added(base.value, own, 'v')
}

const timeOf = (record: SenmlFields, base: Base, arrivedAt: number): Pick<Resolved, 'time' | 'isAbsolute'> => {
  const own = numberOf(record, 't')
  const nanoseconds = nanosecondsOf(addDecimals(base.time, own === null ? ZERO : decimalOf(own, 't')))
  if (nanoseconds >= FIRST_ABSOLUTE) return { time: nanoseconds, isAbsolute: true }
  const time = nanoseconds === 0n ? null : BigInt(arrivedAt) * NS_PER_MS + nanoseconds
  return { time, isAbsolute: false }
}

const valueLabels = ['v', 'vs', 'vb', 'vd', 's']

const resolve = (record: SenmlFields, base: Base, arrivedAt: number): Resolved | null => {
  const name = textOf(record, 'n') ?? ''
  // Such a record only sets base fields.
  if (name === '' && valueLabels.every(label => record[label] === undefined)) return null
  if (!NAME.test(base.name + name)) throw bad('The name is missing, or not one of SenML')
  const value = valueOf(record, base)
  const own = numberOf(record, 's')
  const sum = own === null ? null : added(base.sum, own, 's')
  if (value === null && sum === null) throw bad('The record has neither a value nor a sum')
  return {
    baseName: base.name,
    name,
    unit: textOf(record, 'u') ?? base.unit,
    value,
    sum,
    updateSecs: numberOf(record, 'ut'),
    ...timeOf(record, base, arrivedAt)
  }
}

/** Refuses a pack that a receiver has to refuse: an unknown version, or a label whose meaning has to be known. */
const checkPack = (records: readonly SenmlFields[]): void => {
  for (const record of records) {
    const version = numberOf(record, 'bver')
    if (version !== null && !(Number(version) <= MAX_VERSION)) throw bad('This version of SenML is not known')
    const unknown = Object.keys(record).find(label => label.endsWith('_'))
    if (unknown !== undefined) throw bad('A label that ends with _ is not known')
  }
}

/**
 * Resolves the records of a pack: null for those that only set base fields, and the problem of those that are invalid.
 * Throws MOT_BAD_INPUT if the whole pack has to be refused, which an invalid base field requires as well.
 */
export const resolvePack = (records: readonly SenmlFields[], arrivedAt: number): (Resolved | ProblemError | null)[] => {
  checkPack(records)
  let base: Base = { name: '', time: ZERO, unit: null, value: null, sum: null }
  return records.map(record => {
    base = readBase(record, base)
    try {
      return resolve(record, base, arrivedAt)
    } catch (error) {
      if (error instanceof ProblemError) return error
      throw error
    }
  })
}
