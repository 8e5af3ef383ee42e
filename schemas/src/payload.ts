import { pointerTo } from './json/pointer.js'
import { isArray, isObject, isString, readArray, readObject, skipSpace, stringEnd, valueEnd } from './json/read-text.js'

/** Maximum nesting of objects and arrays in a payload; the payload itself is the first level. */
export const MAX_PAYLOAD_DEPTH = 32

/** Why a payload is invalid; `path` is a JSON Pointer into the payload. */
export interface PayloadFault { path: string, message: string }

/** A number with at most this many digits and no exponent can't overflow a double. */
const SAFE_DIGITS = 308

const encoder = new TextEncoder()

/** The first fault of a payload; `at` is -1 if there is none. */
interface Finding { at: number, message: string }

const note = (finding: Finding, at: number, message: string): void => {
  if (finding.at >= 0) return
  finding.at = at
  finding.message = message
}

/** Records a number that overflows a double; returns the index after it. */
const checkNumber = (text: string, at: number, finding: Finding): number => {
  let end = at + 1
  let exponent = false
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code >= 0x30 && code <= 0x39) continue
    if (code === 0x65 || code === 0x45) exponent = true
    else if (code !== 0x2e && code !== 0x2d && code !== 0x2b) break
  }
  if ((exponent || end - at > SAFE_DIGITS) && !Number.isFinite(Number(text.slice(at, end)))) {
    note(finding, at, 'the number overflows a double')
  }
  return end
}

/** Records the key `__proto__`; returns the index after the string. */
const checkString = (text: string, at: number, finding: Finding): number => {
  const end = stringEnd(text, at)
  // '_', or an escape that may stand for one
  const first = text.charCodeAt(at + 1)
  if (
    (first === 0x5f || first === 0x5c) &&
    isString(text, at, end, '__proto__') &&
    text[skipSpace(text, end)] === ':'
  ) {
    note(finding, at, 'the key __proto__ is not allowed')
  }
  return end
}

/** Scans the object at `start`, including values hidden behind duplicate keys; returns the index after it. */
const checkObject = (text: string, start: number, finding: Finding): number => {
  let depth = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = checkString(text, at, finding)
    } else if ((code >= 0x30 && code <= 0x39) || code === 0x2d) {
      at = checkNumber(text, at, finding)
    } else {
      if (code === 0x7b || code === 0x5b) {
        if (++depth > MAX_PAYLOAD_DEPTH) note(finding, at, `nested deeper than ${MAX_PAYLOAD_DEPTH} levels`)
      } else if ((code === 0x7d || code === 0x5d) && --depth === 0) {
        return at + 1
      }
      at++
    }
  }
  return at
}

/** The exact text of a payload, checked for what a schema can't express. */
export class PayloadText {
  readonly text: string
  readonly #faultAt: number
  readonly #message: string

  constructor (text: string, faultAt: number, message: string) {
    this.text = text
    this.#faultAt = faultAt
    this.#message = message
  }

  /** Whether the text is longer than this many bytes of UTF-8. */
  exceeds (bytes: number): boolean {
    const { length } = this.text
    // A UTF-16 code unit takes one to three bytes, so most payloads need not be encoded to know.
    return length > bytes || (length * 3 > bytes && encoder.encode(this.text).length > bytes)
  }

  /** Why the payload is invalid, or null. */
  get fault (): PayloadFault | null {
    return this.#faultAt < 0 ? null : { path: pointerTo(this.text, 0, this.#faultAt), message: this.#message }
  }
}

/** Reads the payload at `at`, and the index after it. */
const readAt = (text: string, at: number): { payload: PayloadText, end: number } => {
  const finding: Finding = { at: -1, message: '' }
  const end = isObject(text, at) ? checkObject(text, at, finding) : valueEnd(text, at)
  return { payload: new PayloadText(text.slice(at, end), finding.at < 0 ? -1 : finding.at - at, finding.message), end }
}

/**
 * Checks the text of a payload, a well-formed JSON object, for what a schema can't express: nesting that is too deep,
 * keys that could reach an object's prototype, and numbers that overflow a double. Returns the first fault, or null.
 */
export const checkPayload = (text: string): PayloadFault | null => readAt(text, skipSpace(text, 0)).payload.fault

/** The payload that a text is: a well-formed JSON object and nothing else but white space around it. */
export const payloadText = (text: string): PayloadText => readAt(text, skipSpace(text, 0)).payload

/** Reads the message at `at`; returns its payload, or null if it has none, and the index after the message. */
const readMessage = (text: string, at: number): { payload: PayloadText | null, end: number } => {
  if (!isObject(text, at)) return { payload: null, end: valueEnd(text, at) }
  let payload: PayloadText | null = null
  const end = readObject(text, at, (key, keyEnd, value) => {
    if (!isString(text, key, keyEnd, 'payload')) return valueEnd(text, value)
    const read = readAt(text, value)
    payload = read.payload
    return read.end
  })
  return { payload, end }
}

/**
 * The payload in the text of a data frame, a `POST /data` body or an envelope, which must be well-formed JSON; null if
 * there is none. Of duplicate members the last one counts, as in `JSON.parse`.
 */
export const payloadOf = (text: string): PayloadText | null => readMessage(text, skipSpace(text, 0)).payload

/** The payloads in the text of a batch, likewise: one for each of its `messages`, in order. */
export const payloadsOf = (text: string): (PayloadText | null)[] => {
  let payloads: (PayloadText | null)[] = []
  const at = skipSpace(text, 0)
  if (!isObject(text, at)) return payloads
  readObject(text, at, (key, keyEnd, value) => {
    if (!isString(text, key, keyEnd, 'messages') || !isArray(text, value)) return valueEnd(text, value)
    payloads = []
    return readArray(text, value, item => {
      const { payload, end } = readMessage(text, item)
      payloads.push(payload)
      return end
    })
  })
  return payloads
}
