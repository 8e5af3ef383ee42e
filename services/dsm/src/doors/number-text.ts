/** A number as its digits were sent: never converted to a double. */
export class NumberText {
  constructor (readonly text: string) {}
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/**
 * The JSON text of a decimal number with the same digits. JSON allows neither a plus sign nor leading zeros, and needs
 * digits on both sides of a point. Null if the text is no decimal number.
 */
export const jsonNumber = (text: string): string | null => {
  const match = DECIMAL.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent] = match
  if (whole === '' && fraction === '') return null
  return `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '') || '0'}` +
    `${fraction === '' ? '' : `.${fraction}`}${exponent === undefined ? '' : `e${exponent}`}`
}

/** The shortest JSON text that reads back as this double, -0 included; null for NaN and the infinities. */
export const doubleText = (value: number): string | null => {
  if (!Number.isFinite(value)) return null
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A decimal number as `digits` × 10^-`scale`. */
export interface Decimal { digits: bigint, scale: number }

/** Maximum powers of ten that two added numbers may be apart: some more than a double spans. */
const MAX_SCALE = 700

/** Maximum digits of a number to calculate with, which bounds the time that it takes. */
const MAX_DIGITS = 1_000

/** Reads a decimal number; null for too many digits, an exponent beyond what a double can hold, or another text. */
export const readDecimal = (text: string): Decimal | null => {
  const match = DECIMAL.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const scale = fraction.length - Number(exponent)
  const digits = whole + fraction
  if (digits === '' || digits.length > MAX_DIGITS || !(Math.abs(scale) <= MAX_SCALE)) return null
  return { digits: BigInt(digits) * (sign === '-' ? -1n : 1n), scale }
}

/** The digits of a decimal at a larger scale. */
const atScale = ({ digits, scale }: Decimal, larger: number): bigint => digits * 10n ** BigInt(larger - scale)

/** The exact sum. */
export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale)
  return { digits: atScale(a, scale) + atScale(b, scale), scale }
}

/** A decimal as JSON text, without an exponent. */
export const decimalText = (decimal: Decimal): string => {
  const { digits, scale } = decimal.scale < 0 ? { digits: atScale(decimal, 0), scale: 0 } : decimal
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  return `${digits < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${text.slice(-scale)}`}`
}

/** The whole nanoseconds of a time in seconds, rounded down. */
export const nanosecondsOf = (seconds: Decimal): bigint => {
  const { digits, scale } = seconds
  if (scale <= 9) return atScale(seconds, 9)
  const divisor = 10n ** BigInt(scale - 9)
  const quotient = digits / divisor
  return digits < 0n && digits % divisor !== 0n ? quotient - 1n : quotient
}
