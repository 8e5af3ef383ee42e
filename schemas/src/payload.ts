/** Most levels of objects and arrays in a payload, the payload itself being the first. */
export const MAX_PAYLOAD_DEPTH = 32

/** Why a payload is refused: where, as a JSON pointer below the payload, and what is wrong. */
export interface PayloadFault { path: string, message: string }

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/**
 * Looks for what a schema can't say of a payload: too deep a nesting, and keys that could
 * reach an object's prototype. Returns the first fault, or null.
 */
export const checkPayload = (value: unknown, path = '', depth = 1): PayloadFault | null => {
  if (typeof value !== 'object' || value === null) return null
  if (depth > MAX_PAYLOAD_DEPTH) return { path, message: `nested deeper than ${MAX_PAYLOAD_DEPTH} levels` }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i]
      if (typeof item !== 'object' || item === null) continue
      const fault = checkPayload(item, `${path}/${i}`, depth + 1)
      if (fault !== null) return fault
    }
    return null
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return { path: `${path}/${escapePointer(key)}`, message: 'the key __proto__ is not allowed' }
    const item = (value as Record<string, unknown>)[key]
    if (typeof item !== 'object' || item === null) continue
    const fault = checkPayload(item, `${path}/${escapePointer(key)}`, depth + 1)
    if (fault !== null) return fault
  }
  return null
}
