import type { Lost } from './record.js'

/** Two losses as one. */
export const addLost = (before: Lost | null, more: Lost): Lost => before === null
  ? more
  : {
      readings: before.readings + more.readings,
      damaged: before.damaged + more.damaged,
      firstN: Math.min(before.firstN, more.firstN),
      lastN: Math.max(before.lastN, more.lastN),
      from: Math.min(before.from, more.from),
      to: Math.max(before.to, more.to)
    }
