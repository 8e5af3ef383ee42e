import type { Loss } from './record.js'

/** Combines two losses. */
export const mergeLosses = (before: Loss | null, more: Loss): Loss => before === null
  ? more
  : {
      readings: before.readings + more.readings,
      damaged: before.damaged + more.damaged,
      firstN: Math.min(before.firstN, more.firstN),
      lastN: Math.max(before.lastN, more.lastN),
      from: Math.min(before.from, more.from),
      to: Math.max(before.to, more.to)
    }
