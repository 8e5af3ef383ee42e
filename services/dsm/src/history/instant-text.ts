import { MAX_INSTANT } from './time-zone.js'

/** RFC 3339 text of milliseconds since 1970, clamped to what a JavaScript date can hold. */
export const instantText = (ms: number): string =>
  new Date(Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT, Math.floor(ms)))).toISOString()
