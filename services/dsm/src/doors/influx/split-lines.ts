import { closingQuote } from './line.js'

/** A line of a body, which is not empty and no comment. */
export interface Line {
  /** Number of its first line in the body, from 1. */
  number: number
  text: string
  /** Whether a string in it is not closed; its text then ends with the first line. */
  isUnclosed: boolean
}

/** Maximum characters of a string, which bounds the search for its end. */
export const MAX_STRING = 1_048_576

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/**
 * Finds the end of the line that begins at `start`: strings may contain line breaks. A string begins with a quote
 * directly after an unescaped `=` of the fields. A quote that is searched for in vain is not searched for again in the
 * same characters, for any quote that opens another string there would have closed this one.
 */
const findEnd = (text: string, start: number): { end: number, isUnclosed: boolean } => {
  let inFields = false
  for (let at = start; at < text.length; at++) {
    switch (text[at]) {
      case '\n': return { end: at, isUnclosed: false }
      case '\\':
        // An escaped line break still ends the line: only strings may contain them.
        if (text[at + 1] !== '\n') at++
        break
      case ' ':
        inFields = true
        break
      case '=': {
        if (!inFields || text[at + 1] !== '"') break
        const close = closingQuote(text, at + 1, Math.min(text.length, at + MAX_STRING))
        if (close < 0) return { end: lineEnd(text, at), isUnclosed: true }
        at = close
      }
    }
  }
  return { end: text.length, isUnclosed: false }
}

/** The lines of a body, without comments and empty lines. */
export const splitLines = function * (text: string): Generator<Line> {
  let number = 1
  for (let at = 0; at < text.length;) {
    while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at++
    const isComment = text[at] === '#'
    const { end, isUnclosed } = isComment ? { end: lineEnd(text, at), isUnclosed: false } : findEnd(text, at)
    if (end > at && !isComment) {
      yield { number, text: text.slice(at, text[end - 1] === '\r' ? end - 1 : end), isUnclosed }
    }
    for (let next = at; next <= end; next = lineEnd(text, next) + 1) number++
    at = end + 1
  }
}
