/** Series of one sensor: numbers, switches, texts, and groups of them. A series that could not be read is not there. */
export interface Series { [name: string]: number | boolean | string | number[] | Series }

/**
 * Reads a part of the machine. `seconds` have passed since its last reading; 0 for the first. Null where it has nothing
 * to tell.
 */
export interface Sensor {
  readonly name: string
  read (seconds: number): Series | null
}

const MAX_NAME = 64

/** A name of the machine's as a part of a series' path, in which a dot would part. */
export const seriesName = (name: string): string => {
  const clean = name.trim().toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, MAX_NAME)
  return clean === '' ? 'unnamed' : clean
}

/** Rounds to so many decimals: sensors are not more exact, and digits cost bytes. */
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
