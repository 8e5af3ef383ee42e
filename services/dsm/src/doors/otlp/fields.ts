import { ProblemError } from '@motience/kit'
import { doubleText, jsonNumber, NumberText } from '../number-text.js'
import type { Fields } from './messages.js'

const wrong = (name: string, expected: string): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', `${name} is not ${expected}`)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)

/** A value as an object. Throws MOT_BAD_INPUT otherwise. */
export const asFields = (value: unknown, name: string): Fields => {
  if (!isFields(value)) throw wrong(name, 'an object')
  return value
}

/** The object in a field; undefined if there is none. */
export const fieldsOf = (fields: Fields, name: string): Fields | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : asFields(fields[name], name)

/** The values in a repeated field; none if it is missing. */
export const valuesOf = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name] ?? []
  if (!Array.isArray(value)) throw wrong(name, 'an array')
  return value
}

/** The objects in a repeated field. */
export const listOf = (fields: Fields, name: string): Fields[] =>
  valuesOf(fields, name).map(value => asFields(value, name))

/** The string in a field; '' if there is none. */
export const stringOf = (fields: Fields, name: string): string => {
  const value = fields[name] ?? ''
  if (typeof value !== 'string') throw wrong(name, 'a string')
  return value
}

/** Doubles that protobuf has names for in JSON. */
const notNumbers = new Set(['NaN', 'Infinity', '-Infinity'])

/**
 * The JSON text of a number: of a double, of digits in JSON, or of a string, as which JSON has 64-bit integers. Null
 * for NaN and the infinities.
 */
export const numberText = (value: unknown, name: string): string | null => {
  if (typeof value === 'number') return doubleText(value)
  const text = value instanceof NumberText ? value.text : value
  if (typeof text !== 'string') throw wrong(name, 'a number')
  if (notNumbers.has(text)) return null
  const number = jsonNumber(text)
  if (number === null) throw wrong(name, 'a number')
  return number
}

/** The number in a field, likewise; undefined if there is none. */
export const numberOf = (fields: Fields, name: string): string | null | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : numberText(fields[name], name)

/** Nanoseconds since 1970 in a field; null if it is missing or 0, which means that it is unknown. */
export const nanosecondsOf = (fields: Fields, name: string): bigint | null => {
  const text = numberOf(fields, name) ?? '0'
  if (!/^\d{1,20}$/.test(text)) throw wrong(name, 'a time in nanoseconds')
  return text === '0' ? null : BigInt(text)
}
