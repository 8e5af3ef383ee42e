const ROUND_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** Maximum number of points to draw. */
const MAX_POINTS = 400

/** The smallest round bucket width that divides the range into at most `MAX_POINTS`, in seconds. */
export const bucketFor = (rangeMs: number): number =>
  ROUND_SECONDS.find(seconds => rangeMs / 1000 / seconds <= MAX_POINTS) ?? ROUND_SECONDS.at(-1)!
