import { ProblemError } from '@motience/kit'
import { asFields, listOf, numberText, stringOf, valuesOf } from './fields.js'
import type { Fields } from './messages.js'

/** Maximum number of attributes of a resource or data point, and their nesting. */
export const MAX_ATTRIBUTES = 128
const MAX_DEPTH = 8

const tooMany = (): ProblemError => new ProblemError('MOT_BAD_INPUT', `More than ${MAX_ATTRIBUTES} attributes`)

/** Attributes by name; of equal names the last one counts. */
export interface Attributes {
  /** As a JSON object. */
  text: string
  /** The value of an attribute that is a string. */
  string (name: string): string | undefined
}

/** The JSON text of an `AnyValue`; doubles without a JSON number are the strings that protobuf has for them. */
const valueText = (value: Fields, depth: number): string => {
  if (depth > MAX_DEPTH) throw new ProblemError('MOT_BAD_INPUT', 'An attribute is nested too deep')
  for (const [name, content] of Object.entries(value)) {
    switch (name) {
      case 'stringValue':
      case 'bytesValue': return JSON.stringify(stringOf(value, name))
      case 'boolValue': return content === true ? 'true' : 'false'
      case 'intValue':
      case 'doubleValue': return numberText(content, name) ?? JSON.stringify(String(content))
      case 'arrayValue': {
        const items = valuesOf(asFields(content, name), 'values')
        if (items.length > MAX_ATTRIBUTES) throw tooMany()
        return `[${items.map(item => valueText(asFields(item, 'values'), depth + 1)).join(',')}]`
      }
      case 'kvlistValue': return readPairs(listOf(asFields(content, name), 'values'), depth + 1).text
    }
  }
  return 'null'
}

const readPairs = (pairs: readonly Fields[], depth: number): Attributes => {
  if (pairs.length > MAX_ATTRIBUTES) throw tooMany()
  const texts = new Map<string, string>()
  const strings = new Map<string, string>()
  for (const pair of pairs) {
    const name = stringOf(pair, 'key')
    const value = asFields(pair['value'] ?? {}, 'value')
    texts.set(name, valueText(value, depth))
    const string = value['stringValue']
    if (typeof string === 'string') strings.set(name, string)
  }
  const members = Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`)
  return { text: `{${members.join(',')}}`, string: name => strings.get(name) }
}

/** Reads a list of `KeyValue`. Throws MOT_BAD_INPUT. */
export const readAttributes = (owner: Fields): Attributes => readPairs(listOf(owner, 'attributes'), 0)
