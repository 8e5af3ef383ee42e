import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import type { FastifySchemaCompiler } from 'fastify'
import { faultMessage } from './fault-message.js'
import { ProblemError, type InputFault } from './problem-error.js'

/** Maximum number of errors reported for one input. */
export const MAX_FAULTS = 20

/** A compiled schema. `faults`: the errors of a value, at most `MAX_FAULTS` and one per path. */
export interface Checker { check (value: unknown): boolean, faults (value: unknown): InputFault[] }

/** Compiles a schema once, for many checks. */
export const compileChecker = (schema: TSchema): Checker => {
  const compiled = TypeCompiler.Compile(schema)
  const faults = (value: unknown): InputFault[] => {
    const found = new Map<string, InputFault>()
    for (const error of compiled.Errors(value)) {
      const { path } = error
      if (!found.has(path)) found.set(path, { path, message: faultMessage(error) })
      if (found.size === MAX_FAULTS) break
    }
    return [...found.values()]
  }
  return { check: value => compiled.Check(value), faults }
}

const hasDefault = (schema: unknown): boolean => {
  if (typeof schema !== 'object' || schema === null) return false
  return 'default' in schema || Object.values(schema).some(hasDefault)
}

const convertText = (schema: TSchema, value: unknown): unknown => {
  if (schema['type'] === 'array' && typeof value === 'string') return [convertText(schema['items'] as TSchema, value)]
  if (typeof value !== 'string') return value
  if (schema['type'] === 'integer' && /^-?\d{1,16}$/.test(value)) return Number(value)
  if (schema['type'] === 'number' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (schema['type'] === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/**
 * Converts texts of a query or of path parameters to the types of their schema; what doesn't fit is left to the check.
 */
const convertTexts = (schema: TSchema, value: unknown): unknown => {
  const properties = (schema['properties'] ?? {}) as Record<string, TSchema>
  return Object.fromEntries(Object.entries(value as object).map(([key, text]) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    return [key, property === undefined ? text : convertText(property, text)]
  }))
}

const names: Record<string, string> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' }

/**
 * Fastify's validator compiler: bodies are checked as they are, queries and path parameters are converted from text
 * first, and defaults are filled in. Errors become `MOT_BAD_INPUT` with their paths.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = compileChecker(schema)
  const fills = hasDefault(schema)
  const part = names[httpPart ?? 'body'] ?? 'input'
  return (input: unknown) => {
    const converted = httpPart === 'body' ? input : convertTexts(schema, input)
    const value = fills ? Value.Default(schema, converted) : converted
    if (checker.check(value)) return { value }
    const errors = checker.faults(value)
    const where = errors[0] === undefined ? '' : `: ${errors[0].path || 'the value'}: ${errors[0].message}`
    return { error: new ProblemError('MOT_BAD_INPUT', `Invalid ${part}${where}`, { errors }) }
  }
}
