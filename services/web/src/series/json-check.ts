import { checkPayload } from '@motience/schemas'
import { compactJson } from './json-layout.js'
import { scanJson } from './json-scan.js'

/** What is wrong with a text that should be a payload, and where. */
export interface JsonFault {
  message: string
  /** Line and column, from 1, where the text itself is wrong; null where it is what it says. */
  line: number | null
  column: number | null
}

/** The payload's text as it is to be sent, or why there is none. */
export type JsonCheck =
  { payload: string; bytes: number; fault: null } | { payload: null; bytes: number; fault: JsonFault }

const positionOf = (text: string, position: number): { line: number, column: number } => {
  const before = text.slice(0, position).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** Checks a text as the platform will: JSON, an object, not too large, not too deep. It is sent without white space. */
export const checkJson = (text: string, maxBytes: number): JsonCheck => {
  const bytesOf = (sent: string): number => new TextEncoder().encode(sent).length
  const wrong = (message: string, bytes = bytesOf(text)): JsonCheck => ({
    payload: null,
    bytes,
    fault: { message, line: null, column: null }
  })
  if (text.trim() === '') return wrong('Write a JSON object')
  const unread = scanJson(text)
  if (unread !== null) {
    return {
      payload: null,
      bytes: bytesOf(text),
      fault: { message: unread.message, ...positionOf(text, unread.position) }
    }
  }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) { return wrong('A payload is a JSON object: { … }') }
  const payload = compactJson(text)
  const bytes = bytesOf(payload)
  if (bytes > maxBytes) return wrong(`${bytes} bytes; at most ${maxBytes} are taken`, bytes)
  const fault = checkPayload(payload)
  if (fault !== null) return wrong(`${fault.path}: ${fault.message}`, bytes)
  return { payload, bytes, fault: null }
}
