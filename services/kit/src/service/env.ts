import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/** Prevents a start: its message names each variable that is missing or invalid, one per line. */
export class EnvError extends Error {
  override name = 'EnvError'
}

const secret = /SECRET|PASSWORD|TOKEN|_URL$/

const convert = (schema: TSchema, text: string): unknown => {
  switch (schema['type']) {
    case 'integer': return /^-?\d{1,16}$/.test(text) ? Number(text) : text
    case 'number': return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
    case 'boolean': return /^(true|1|on|yes)$/i.test(text) ? true : /^(false|0|off|no)$/i.test(text) ? false : text
    default: return text
  }
}

const expected = (schema: TSchema, message: string): string => {
  if (schema['type'] === 'integer' || schema['type'] === 'number') {
    const kind = schema['type'] === 'integer' ? 'an integer' : 'a number'
    return `must be ${kind} from ${String(schema['minimum'])} to ${String(schema['maximum'])}`
  }
  if (schema['type'] === 'boolean') return 'must be true or false'
  const options = schema['anyOf'] as { const: string }[] | undefined
  if (options !== undefined) return `must be one of ${options.map(option => option.const).join(', ')}`
  if (schema['pattern'] !== undefined) return `must match ${String(schema['pattern'])}`
  return message
}

/**
 * Reads the variables of `schema`. An empty one counts as unset, an unset one has its default. Throws an `EnvError`
 * that names every invalid one, without the values of secrets.
 */
export const readEnv = <T extends TObject>(
  schema: T,
  source: Record<string, string | undefined> = process.env
): Static<T> => {
  const values: Record<string, unknown> = {}
  const faults: string[] = []
  for (const [name, property] of Object.entries(schema.properties as Record<string, TSchema>)) {
    const text = source[name]?.trim()
    if (text === undefined || text === '') {
      if (property['default'] !== undefined) values[name] = property['default']
      else if (schema.required?.includes(name) === true) {
        faults.push(`${name} is missing: ${String(property.description ?? 'it has no default')}`)
      }
      continue
    }
    const value = convert(property, text)
    const first = TypeCompiler.Compile(property).Errors(value).First()
    if (first === undefined) values[name] = value
    else {
      faults.push(
        `${name} ${expected(property, first.message)}${secret.test(name) ? '' : `, not '${text.slice(0, 100)}'`}`
      )
    }
  }
  if (faults.length > 0) throw new EnvError(faults.join('\n'))
  return values as Static<T>
}
