const NS_PER_MS = 1_000_000n

const floorDivide = (value: bigint, divisor: bigint): bigint =>
  value < 0n && value % divisor !== 0n ? value / divisor - 1n : value / divisor

/** A time as RFC 3339 with 3, 6 or 9 fractional digits; null outside of the years 0000 to 9999. */
export const instantText = (nanoseconds: bigint, digits: 3 | 6 | 9): string | null => {
  const ms = floorDivide(nanoseconds, NS_PER_MS)
  const date = new Date(Number(ms))
  if (Number.isNaN(date.getTime())) return null
  const text = date.toISOString()
  // Other years have a sign and six digits.
  if (text.length !== 24) return null
  if (digits === 3) return text
  const below = (nanoseconds - ms * NS_PER_MS).toString().padStart(6, '0')
  return `${text.slice(0, 23)}${below.slice(0, digits - 3)}Z`
}

/** Likewise, with as many of the digits as are not zero. */
export const shortestInstantText = (nanoseconds: bigint): string | null =>
  instantText(nanoseconds, nanoseconds % NS_PER_MS === 0n ? 3 : nanoseconds % 1_000n === 0n ? 6 : 9)
