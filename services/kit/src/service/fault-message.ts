import { ValueErrorType, type ValueError } from '@sinclair/typebox/errors'

/** What is wrong with a value, to be read. A union that describes itself says what it could have been. */
export const faultMessage = ({ type, schema, message }: ValueError): string =>
  type === ValueErrorType.Union && schema.description !== undefined ? `Expected ${schema.description}` : message
