const FIRST_MS = 50
const MOST_MS = 1_000

/**
 * Milliseconds to wait after so many failures in a row: doubling, at most a second, with a quarter of it left to
 * chance.
 */
export const backoffMs = (failures: number): number =>
  Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 4)
