const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration such as `30s`, `15m`, `1h` or `7d`. Throws a RangeError for anything else. */
export const parseDuration = (text: string): number => {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text)
  if (match === null) throw new RangeError(`Not a duration such as 30s, 15m, 1h or 7d: ${text}`)
  return Number(match[1]) * units[match[2]!]!
}
