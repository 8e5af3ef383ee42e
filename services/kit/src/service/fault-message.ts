import { ValueErrorType, type ValueError } from '@sinclair/typebox/errors'

/**
 * What is wrong with a value, to be read. An enumeration, or a union that describes itself, says what it could have
 * been.
 */
export const faultMessage = ({ type, schema, message }: ValueError): string => {
  if (Array.isArray(schema['enum'])) return `Expected one of ${schema['enum'].join(', ')}`
  return type === ValueErrorType.Union && schema.description !== undefined ? `Expected ${schema.description}` : message
}
