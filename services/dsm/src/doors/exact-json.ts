import { isUtf8 } from 'node:buffer'
import { ProblemError } from '@motience/kit'
import { readArray, readObject, skipSpace, stringEnd, valueEnd } from '@motience/schemas'
import { NumberText } from './number-text.js'

/** A JSON value whose numbers keep their digits; objects have no prototype. */
export type ExactJson = null | boolean | string | NumberText | ExactJson[] | { [name: string]: ExactJson }

/** Maximum nesting of a body. */
const MAX_DEPTH = 64

const readAt = (text: string, at: number, depth: number): { value: ExactJson, end: number } => {
  if (depth > MAX_DEPTH) throw new ProblemError('MOT_BAD_JSON', `The body is nested more than ${MAX_DEPTH} levels deep`)
  const readNested = <Result>(from: number, take: (value: ExactJson) => Result): number => {
    const { value, end } = readAt(text, from, depth + 1)
    take(value)
    return end
  }
  switch (text[at]) {
    case '{': {
      const value = Object.create(null) as { [name: string]: ExactJson }
      const end = readObject(text, at, (key, keyEnd, from) =>
        readNested(from, member => { value[JSON.parse(text.slice(key, keyEnd)) as string] = member }))
      return { value, end }
    }
    case '[': {
      const value: ExactJson[] = []
      return { value, end: readArray(text, at, from => readNested(from, item => value.push(item))) }
    }
    case '"': {
      const end = stringEnd(text, at)
      return { value: JSON.parse(text.slice(at, end)) as string, end }
    }
    case 't': return { value: true, end: at + 4 }
    case 'f': return { value: false, end: at + 5 }
    case 'n': return { value: null, end: at + 4 }
    default: {
      const end = valueEnd(text, at)
      return { value: new NumberText(text.slice(at, end)), end }
    }
  }
}

/** The text of a body. Bytes that are not UTF-8 are refused, since decoding would replace them. */
export const utf8Text = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw new ProblemError('MOT_BAD_INPUT', 'The body is not UTF-8')
  return bytes.toString()
}

/** Parses JSON without rounding its numbers. Throws MOT_BAD_JSON. */
export const parseExactJson = (bytes: Buffer): ExactJson => {
  const text = utf8Text(bytes)
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new ProblemError('MOT_BAD_JSON', 'The body is not well-formed JSON', { cause })
  }
  return readAt(text, skipSpace(text, 0), 0).value
}
