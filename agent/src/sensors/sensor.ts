/** Series of one sensor: values and groups of values. A series that can't be read is omitted. */
export interface Series { [name: string]: number | boolean | string | number[] | Series }

/**
 * Reads one part of the machine. `seconds` is the time since the last reading, 0 for the first. Returns null if there
 * is nothing to report.
 */
export interface Sensor {
  readonly name: string
  read (seconds: number): Series | null
}

const MAX_NAME = 64

/** A system name as one segment of a series' path, which must not contain dots. */
export const seriesName = (name: string): string => {
  const clean = name.trim().toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, MAX_NAME)
  return clean === '' ? 'unnamed' : clean
}

/** Rounds to the given decimals: sensors are no more accurate, and digits cost bytes. */
export const round = (value: number, decimals = 1): number => {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor
}

/** Drops series that are null; null if none is left. */
export const present = (series: Record<string, Series[string] | null | undefined>): Series | null => {
  const kept: Series = {}
  for (const [name, value] of Object.entries(series)) if (value !== null && value !== undefined) kept[name] = value
  return Object.keys(kept).length === 0 ? null : kept
}

export const MIB = 1024 * 1024
