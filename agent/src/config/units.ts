/** An invalid duration or size; the message says what is expected. */
export class UnitError extends Error {
  override name = 'UnitError'
}

const DURATION_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZE_BYTES: Record<string, number> = {
  B: 1,
  KB: 1000,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3
}

/** `500ms`, `10s`, `5m`, `1h`, `7d`, or a number of seconds; in milliseconds. */
export const parseDuration = (value: string | number): number => {
  if (typeof value === 'number') return value * 1000
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(value.trim())
  if (match === null) throw new UnitError(`${value} is not a duration such as 500ms, 10s, 5m or 1h`)
  return Number(match[1]) * DURATION_MS[match[2] ?? 's']!
}

/** `16MiB`, `500KB`, or a number of bytes. */
export const parseSize = (value: string | number): number => {
  if (typeof value === 'number') return value
  const match = /^(\d+(?:\.\d+)?)\s*(B|[KMG]i?B)?$/.exec(value.trim())
  if (match === null) throw new UnitError(`${value} is not a size such as 16MiB or 500KB`)
  return Math.round(Number(match[1]) * SIZE_BYTES[match[2] ?? 'B']!)
}
