import { hasAbsences, type LogStretch } from '../storage/missing-ranges.js'
import { hasReached } from '../storage/epochs.js'
import type { SqlRunner } from '../storage/messages.js'
import type { Access } from './access.js'

/**
 * Whether everything of a stretch that was ever accepted is there. What follows on a place that this history never
 * reached is not: PostgreSQL and the broker were put back to an older state, and nobody knows what came behind it.
 */
export const isComplete = async (sql: SqlRunner, stretch: LogStretch, { settled, upTo }: Access): Promise<boolean> =>
  settled && await hasReached(sql, stretch.producerId, stretch.after, upTo) && !await hasAbsences(sql, stretch)
