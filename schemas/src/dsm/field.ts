/** Maximum length of a field path, in characters. */
export const MAX_FIELD_LENGTH = 2_048

/** Maximum number of keys in a field path: payloads have at most 32 levels. */
export const MAX_FIELD_KEYS = 32

/** The keys from the payload to a field, or why the path is invalid. */
export type FieldPath = { keys: readonly string[], fault: null } | { keys: null, fault: string }

/** `["key"]` or `['key']`: a backslash escapes the next character. */
const BRACKET = /\[(["'])((?:\\.|(?!\1)[^\\])*)\1\](?=$|\.|\[["'])/sy

/** `."key"`, likewise. An unclosed quote is part of a plain key. */
const QUOTED = /\."((?:\\.|[^"\\])*)"(?=$|\.|\[["'])/sy

/** `.key`: a backslash escapes a dot, a quote, a bracket or another backslash. */
const PLAIN = /\.((?:\\[.\\"'[\]]|(?!\[["'])[^.])+)/sy

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const unescapeQuoted = (key: string): string => key.replace(/\\(.)/gs, '$1')
const unescapePlain = (key: string): string => key.replace(/\\([.\\"'[\]])/g, '$1')

/** Keys of a path, without its leading `payload`; null if the syntax is invalid. */
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

/** Tokens of a JSON Pointer (RFC 6901, section 3); null if the syntax is invalid. */
const tokensOf = (pointer: string): string[] | null => {
  if (/~(?![01])/.test(pointer)) return null
  return pointer.slice(1).split('/').map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * Parses a field path: a JSON Pointer into the payload if it begins with `/`, otherwise a path such as `payload.a.b`.
 * Array indices are ordinary keys: `/cores/0`, `payload.cores.0`.
 */
export const parseField = (text: string): FieldPath => {
  const isPath = text.startsWith('payload.') || text.startsWith('payload[')
  const keys = text.startsWith('/') ? tokensOf(text) : isPath ? segmentsOf(text.slice('payload'.length)) : null
  if (keys === null) {
    return {
      keys: null,
      fault:
        'must be a path such as payload.cpu.usage or payload."a.b", or a JSON Pointer such as /cpu/usage'
    }
  }
  if (keys.length > MAX_FIELD_KEYS) { return { keys: null, fault: `must not have more than ${MAX_FIELD_KEYS} levels` } }
  return { keys, fault: null }
}

/** A key as a path segment, quoted if it is empty or has special characters. */
export const fieldSegment = (key: string): string =>
  /^[^.\\"'[\]]+$/.test(key) ? key : `"${key.replace(/[\\"]/g, '\\$&')}"`

/** The inverse of `parseField`. */
export const formatField = (keys: readonly string[]): string => `payload.${keys.map(fieldSegment).join('.')}`
