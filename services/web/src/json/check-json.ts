import { checkPayload } from '@motience/schemas'
import { compactJson } from './format-json.js'
import { scanJson } from './scan-json.js'

/** Why a text is not a valid payload. */
export interface JsonFault {
  message: string
  /** Line and column of a syntax error, from 1; null for other faults. */
  line: number | null
  column: number | null
}

/** The payload text to send, or why it is invalid. */
export type JsonCheck =
  { payload: string; bytes: number; fault: null } | { payload: null; bytes: number; fault: JsonFault }

const lineAndColumn = (text: string, position: number): { line: number, column: number } => {
  const before = text.slice(0, position).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** Validates a payload like the platform does. White space between its tokens is removed. */
export const checkJson = (text: string, maxBytes: number): JsonCheck => {
  const bytesOf = (sent: string): number => new TextEncoder().encode(sent).length
  const invalid = (message: string, bytes = bytesOf(text)): JsonCheck => ({
    payload: null,
    bytes,
    fault: { message, line: null, column: null }
  })
  if (text.trim() === '') return invalid('Enter a JSON object')
  const syntaxFault = scanJson(text)
  if (syntaxFault !== null) {
    return {
      payload: null,
      bytes: bytesOf(text),
      fault: { message: syntaxFault.message, ...lineAndColumn(text, syntaxFault.position) }
    }
  }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('The payload must be a JSON object: { … }')
  }
  const payload = compactJson(text)
  const bytes = bytesOf(payload)
  if (bytes > maxBytes) return invalid(`The payload has ${bytes} bytes; the maximum is ${maxBytes}`, bytes)
  const fault = checkPayload(payload)
  if (fault !== null) return invalid(`${fault.path}: ${fault.message}`, bytes)
  return { payload, bytes, fault: null }
}
