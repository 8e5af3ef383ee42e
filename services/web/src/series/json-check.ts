import { checkPayload, type Payload } from '@motience/schemas'

/** What is wrong with a text that should be a payload, and where. */
export interface JsonFault {
  message: string
  /** Line and column, from 1, where the text itself is wrong; null where it is what it says. */
  line: number | null
  column: number | null
}

export type JsonCheck = { payload: Payload, bytes: number, fault: null } | { payload: null, bytes: number, fault: JsonFault }

const placeOf = (text: string, position: number): { line: number, column: number } => {
  const before = text.slice(0, position).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** Where a parser stopped: engines say `position 12` or `line 2 column 3`. */
const whereOf = (text: string, message: string): { line: number | null, column: number | null } => {
  const lineColumn = /line (\d+) column (\d+)/.exec(message)
  if (lineColumn !== null) return { line: Number(lineColumn[1]), column: Number(lineColumn[2]) }
  const position = /position (\d+)/.exec(message)
  if (position !== null) return placeOf(text, Number(position[1]))
  return /end of (?:JSON|data)/i.test(message) ? placeOf(text, text.length) : { line: null, column: null }
}

/** Checks a text as the platform will: JSON, an object, not too large, not too deep. */
export const checkJson = (text: string, maxBytes: number): JsonCheck => {
  const bytes = new TextEncoder().encode(text).length
  const wrong = (message: string): JsonCheck => ({ payload: null, bytes, fault: { message, line: null, column: null } })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = (error as Error).message
    const said = message.replace(/^JSON\.parse: /, '').replace(/,? ?(?:\.\.\.)?"[\s\S]*" is not valid JSON/, '').replace(/ (?:in JSON )?at (?:position|line) [\s\S]*$/, '')
    return { payload: null, bytes, fault: { message: text.trim() === '' ? 'Write a JSON object' : said, ...whereOf(text, message) } }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('A payload is a JSON object: { … }')
  if (bytes > maxBytes) return wrong(`${bytes} bytes; at most ${maxBytes} are taken`)
  const fault = checkPayload(value)
  if (fault !== null) return wrong(`${fault.path}: ${fault.message}`)
  return { payload: value as Payload, bytes, fault: null }
}
