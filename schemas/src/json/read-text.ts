/**
 * Scans well-formed JSON text (RFC 8259): text that `JSON.parse` accepted or that the platform wrote. Values are not
 * decoded, so that they can be passed on exactly as they were written. For malformed text the results are undefined,
 * but every function terminates, possibly with a SyntaxError.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** Index of the first character from `at` on that is not white space. */
export const skipSpace = (text: string, at: number): number => {
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

/** Strings up to this length are scanned by character; in longer ones, `indexOf` finds the closing quote faster. */
const SHORT_STRING = 32

/** Index after the string whose opening quote is at `at`. */
export const stringEnd = (text: string, at: number): number => {
  let next = at + 1
  for (const near = Math.min(at + SHORT_STRING, text.length); next < near; next++) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) return next + 1
    if (code === BACKSLASH) next++
  }
  for (let end = text.indexOf('"', next); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (end - slashes > next && text.charCodeAt(end - slashes - 1) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return text.length
}

const containerEnd = (text: string, at: number): number => {
  let depth = 0
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = stringEnd(text, at)
        continue
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (--depth === 0) return at + 1
    }
    at++
  }
  return text.length
}

/** Index after the number, `true`, `false` or `null` at `at`. */
const scalarEnd = (text: string, at: number): number => {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code)) break
  }
  return at
}

/** Index after the value at `at`. */
export const valueEnd = (text: string, at: number): number => {
  switch (text.charCodeAt(at)) {
    case QUOTE: return stringEnd(text, at)
    case OPEN_BRACE:
    case OPEN_BRACKET: return containerEnd(text, at)
    default: return scalarEnd(text, at)
  }
}

/** Whether the value at `at` is an object. */
export const isObject = (text: string, at: number): boolean => text.charCodeAt(at) === OPEN_BRACE

/** Whether the value at `at` is an array. */
export const isArray = (text: string, at: number): boolean => text.charCodeAt(at) === OPEN_BRACKET

/** Whether the string from `at` to `end`, quotes included, decodes to `word`. */
export const isString = (text: string, at: number, end: number, word: string): boolean => {
  const length = end - at - 2
  if (length === word.length) return text.startsWith(word, at + 1)
  // An escape sequence takes at most six characters.
  if (length < word.length || length > word.length * 6) return false
  const written = text.slice(at, end)
  return written.includes('\\') && JSON.parse(written) === word
}

/**
 * Iterates over the members of the object at `at`. `read` gets the indices of a key, of the end of the key and of the
 * value, and returns the index after the value. Returns the index after the object.
 */
export const readObject = (
  text: string,
  at: number,
  read: (key: number, keyEnd: number, value: number) => number
): number => {
  let next = skipSpace(text, at + 1)
  while (text.charCodeAt(next) === QUOTE) {
    const keyEnd = stringEnd(text, next)
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = skipSpace(text, read(next, keyEnd, value))
    if (text.charCodeAt(end) !== COMMA) return end + 1
    next = skipSpace(text, end + 1)
  }
  return next + 1
}

/** Iterates over the values of the array at `at`, likewise. */
export const readArray = (text: string, at: number, read: (value: number, index: number) => number): number => {
  let next = skipSpace(text, at + 1)
  if (text.charCodeAt(next) === CLOSE_BRACKET) return next + 1
  for (let index = 0; next < text.length; index++) {
    const end = skipSpace(text, read(next, index))
    if (text.charCodeAt(end) !== COMMA) return end + 1
    next = skipSpace(text, end + 1)
  }
  return text.length
}
