import { MAX_INSTANT } from './time-zone.js'

/** RFC 3339 of milliseconds since 1970; what a date can't hold is its first or last instant. */
export const instantText = (ms: number): string =>
  new Date(Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT, Math.floor(ms)))).toISOString()
