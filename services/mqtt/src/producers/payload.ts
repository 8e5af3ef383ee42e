import { payloadOf, type PayloadText } from '@motience/schemas'
import { isUtf8 } from 'node:buffer'

/** A number as JSON writes it; `05` and `+1` are text. */
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const payloadFrom = (text: string): PayloadText => payloadOf(`{"payload":${text}}`)!

/** The JSON value that a payload without braces stands for; null if it stands for none. */
const valueText = (text: string, trimmed: string): string | null => {
  switch (trimmed[0]) {
    case undefined:
    case '[': return null
    case '"': return isJson(trimmed) ? trimmed : null
    default:
      if (trimmed === 'null') return null
      if (trimmed === 'true' || trimmed === 'false' || JSON_NUMBER.test(trimmed)) return trimmed
      return JSON.stringify(text)
  }
}

/**
 * Reads what a device published: a JSON object is the payload as it is, and a bare number, string or boolean becomes an
 * object with the value under `name`, each to the last digit. Text that is no JSON, such as `ON`, is a string. Returns
 * null for anything else: an array, `null`, nothing, a broken object, or bytes that are no UTF-8.
 */
export const readPayload = (bytes: Buffer, name: string): PayloadText | null => {
  if (!isUtf8(bytes)) return null
  const text = bytes.toString('utf8')
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
  if (trimmed[0] === '{') return isJson(trimmed) ? payloadFrom(trimmed) : null
  const value = valueText(text, trimmed)
  return value === null ? null : payloadFrom(`{${JSON.stringify(name)}:${value}}`)
}
