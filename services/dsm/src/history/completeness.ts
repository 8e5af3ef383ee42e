import { hasMissing, type LogRange } from '../storage/missing-ranges.js'
import { hasReached } from '../storage/epochs.js'
import type { SqlRunner } from '../storage/messages.js'
import type { Access } from './access.js'

/**
 * Whether every message ever accepted in a range is stored. A range after a position that this history never reached is
 * not complete: PostgreSQL and the broker were restored from a backup, and what followed that position is unknown.
 */
export const isComplete = async (sql: SqlRunner, range: LogRange, { settled, upTo }: Access): Promise<boolean> =>
  settled && await hasReached(sql, range.producerId, range.after, upTo) && !await hasMissing(sql, range)
