import { pointerTo } from './json/pointer.js'
import { isArray, isObject, isString, readArray, readObject, skipSpace, stringEnd, valueEnd } from './json/read-text.js'

/** Most levels of objects and arrays in a payload, the payload itself being the first. */
export const MAX_PAYLOAD_DEPTH = 32

/** Why a payload is refused: where, as a JSON pointer below the payload, and what is wrong. */
export interface PayloadFault { path: string, message: string }

/** Digits that a number may have without an exponent and never be more than a double holds. */
const SAFE_DIGITS = 308

const encoder = new TextEncoder()

/** What is wrong with a payload first, and where; `at` is -1 while nothing is. */
interface Finding { at: number, message: string }

const note = (finding: Finding, at: number, message: string): void => {
  if (finding.at >= 0) return
  finding.at = at
  finding.message = message
}

/** Notes a number that overflows a double; returns where it ends. */
const checkNumber = (text: string, at: number, finding: Finding): number => {
  let end = at + 1
  let exponent = false
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code >= 0x30 && code <= 0x39) continue
    if (code === 0x65 || code === 0x45) exponent = true
    else if (code !== 0x2e && code !== 0x2d && code !== 0x2b) break
  }
  if ((exponent || end - at > SAFE_DIGITS) && !Number.isFinite(Number(text.slice(at, end)))) { note(finding, at, 'the number is greater than a double holds') }
  return end
}

/** Notes the key `__proto__`; returns where the string ends. */
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

/**
 * Looks through the object that begins at `start`, whatever hides behind a key that comes twice; returns where it ends.
 */
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

/** A payload as it was sent, to the last character, and what a schema can't say of it. */
export class PayloadText {
  readonly text: string
  readonly #faultAt: number
  readonly #message: string

  constructor (text: string, faultAt: number, message: string) {
    this.text = text
    this.#faultAt = faultAt
    this.#message = message
  }

  /** Whether its text has more bytes of UTF-8 than that. */
  exceeds (bytes: number): boolean {
    const { length } = this.text
    // A UTF-16 unit is one to three bytes, so most payloads need no count.
    return length > bytes || (length * 3 > bytes && encoder.encode(this.text).length > bytes)
  }

  /** Why it is refused; null if it isn't. */
  get fault (): PayloadFault | null {
    return this.#faultAt < 0 ? null : { path: pointerTo(this.text, 0, this.#faultAt), message: this.#message }
  }
}

/** Reads the payload that begins at `at`, and where it ends. */
const readAt = (text: string, at: number): { payload: PayloadText, end: number } => {
  const finding: Finding = { at: -1, message: '' }
  const end = isObject(text, at) ? checkObject(text, at, finding) : valueEnd(text, at)
  return { payload: new PayloadText(text.slice(at, end), finding.at < 0 ? -1 : finding.at - at, finding.message), end }
}

/**
 * What a schema can't say of a payload's text, which is well-formed JSON of an object: it may not be nested too deep,
 * have a key that could reach an object's prototype, or a number that overflows a double and is read as one by nobody.
 * Returns the first fault, or null.
 */
export const checkPayload = (text: string): PayloadFault | null => readAt(text, skipSpace(text, 0)).payload.fault

/** Reads the message that begins at `at`; returns its payload, null where it has none, and where the message ends. */
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
 * The payload of a message's text, checked: of a data frame, a body of `POST /data` or an envelope. The text is known
 * to be well-formed JSON. Of a member that comes twice the last counts, as for `JSON.parse`; null where there is none.
 */
export const payloadOf = (text: string): PayloadText | null => readMessage(text, skipSpace(text, 0)).payload

/** The payloads of a batch's text, likewise: one for each of its `messages`, in order. */
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
