import { ValueErrorType, type ValueError } from '@sinclair/typebox/errors'

/**
 * A readable message for an invalid value. For an enumeration, or a union with a description, it lists what is valid.
 */
export const faultMessage = ({ type, schema, message }: ValueError): string => {
  if (Array.isArray(schema['enum'])) return `Expected one of ${schema['enum'].join(', ')}`
  return type === ValueErrorType.Union && schema.description !== undefined ? `Expected ${schema.description}` : message
}
