/**
 * Maximum length of the text that names a field, in characters, and of the keys on the way to it: payloads have 32
 * levels.
 */
export const MAX_FIELD_LENGTH = 2_048
export const MAX_FIELD_KEYS = 32

/** The keys from the payload to a field, or what is wrong with the text that names it. */
export type FieldPath = { keys: readonly string[], fault: null } | { keys: null, fault: string }

/** `["key"]` or `['key']`: a backslash takes the next character as it is. */
const BRACKET = /\[(["'])((?:\\.|(?!\1)[^\\])*)\1\](?=$|\.|\[["'])/sy

/** `."key"`, likewise. A quote that is not closed before the next dot is part of a plain key. */
const QUOTED = /\."((?:\\.|[^"\\])*)"(?=$|\.|\[["'])/sy

/** `.key`: a backslash takes a dot, a quote, a bracket or another backslash as it is. */
const PLAIN = /\.((?:\\[.\\"'[\]]|(?!\[["'])[^.])+)/sy

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const unescapeQuoted = (key: string): string => key.replace(/\\(.)/gs, '$1')
const unescapePlain = (key: string): string => key.replace(/\\([.\\"'[\]])/g, '$1')

/** Keys of a path of segments, which begins behind `payload`; null if it is none. */
const segmentsOf = (path: string): string[] | null => {
  const keys: string[] = []
  for (let at = 0; at < path.length;) {
    const bracket = matchAt(BRACKET, path, at)
    const quoted = matchAt(QUOTED, path, at)
    const plain = quoted === null ? matchAt(PLAIN, path, at) : null
    const match = bracket ?? quoted ?? plain
    if (match === null) return null
    keys.push(
      bracket !== null
        ? unescapeQuoted(bracket[2]!)
        : quoted !== null
          ? unescapeQuoted(quoted[1]!)
          : unescapePlain(plain![1]!)
    )
    at += match[0].length
  }
  return keys
}

/** Tokens of a JSON Pointer (RFC 6901, section 3); null if it is none. */
const tokensOf = (pointer: string): string[] | null => {
  if (/~(?![01])/.test(pointer)) return null
  return pointer.slice(1).split('/').map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * Reads the name of a field: a JSON Pointer into the payload where it begins with `/`, else a path of `payload`.
 * An index of an array is a key like any other: `/cores/0`, `payload.cores.0`.
 */
export const parseField = (text: string): FieldPath => {
  const isPath = text.startsWith('payload.') || text.startsWith('payload[')
  const keys = text.startsWith('/') ? tokensOf(text) : isPath ? segmentsOf(text.slice('payload'.length)) : null
  if (keys === null) {
    return {
      keys: null,
      fault:
        'is neither a path such as payload.cpu.usage or payload."a.b" nor a JSON Pointer into the payload such as /cpu/usage'
    }
  }
  if (keys.length > MAX_FIELD_KEYS) { return { keys: null, fault: `names more than ${MAX_FIELD_KEYS} levels; payloads have no more` } }
  return { keys, fault: null }
}

/** A key as a segment of a path: in quotes where it is empty or has a character that means something there. */
export const fieldSegment = (key: string): string =>
  /^[^.\\"'[\]]+$/.test(key) ? key : `"${key.replace(/[\\"]/g, '\\$&')}"`

/** The path of a field, as `parseField` reads it. */
export const formatField = (keys: readonly string[]): string => `payload.${keys.map(fieldSegment).join('.')}`
