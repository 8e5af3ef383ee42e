const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** Most points of one answer that are worth drawing. */
const MAX_POINTS = 400

/** The shortest round bucket that gives at most `MAX_POINTS` of a range, in seconds. */
export const bucketFor = (rangeMs: number): number =>
  NICE_SECONDS.find(seconds => rangeMs / 1000 / seconds <= MAX_POINTS) ?? NICE_SECONDS.at(-1)!
