import type { LogPosition } from '@motience/schemas'
import type { SqlRunner } from './messages.js'

/** A part of a log: the positions after `after` up to `upTo` whose version and device time are within the bounds. */
export interface LogRange {
  producerId: number
  after: LogPosition
  upTo: LogPosition
  minVersion: number
  /** Milliseconds since 1970, inclusive. */
  fromMs: number | null
  /** Milliseconds since 1970, exclusive. */
  toMs: number | null
}

/**
 * Records offsets of an epoch, from `from` to `to`, that were accepted and are neither stored nor in the broker's log.
 * Versions never decrease along the log, so theirs are at most that of the next stored message.
 */
export const recordLost = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  from: number,
  to: number
): Promise<void> => {
  await sql`
    INSERT INTO dsm.absences AS a (producer_id, epoch, reason, from_offset, to_offset, max_version)
    SELECT ${producerId}, ${epoch}, 'lost', ${from}, ${to}, (
      SELECT version FROM dsm.messages AS m
      WHERE m.producer_id = ${producerId} AND (m.epoch, m."offset") > (${epoch}::bigint, ${to}::bigint)
      ORDER BY m.epoch, m."offset" LIMIT 1)
    ON CONFLICT (producer_id, epoch, reason, from_offset)
      DO UPDATE SET to_offset = greatest(a.to_offset, excluded.to_offset)`
}

/** SQL statement that records the ranges of a partition before it is dropped. */
export const droppedPartitionSql = (partition: string): string => `
  INSERT INTO dsm.absences AS a (producer_id, epoch, reason, from_offset, to_offset, max_version, min_at_ms, max_at_ms)
  SELECT producer_id, epoch, 'retention', min("offset"), max("offset"), max(version), min(at_ms), max(at_ms)
  FROM ${partition} GROUP BY producer_id, epoch
  ON CONFLICT (producer_id, epoch) WHERE reason = 'retention' DO UPDATE SET
    from_offset = least(a.from_offset, excluded.from_offset), to_offset = greatest(a.to_offset, excluded.to_offset),
    max_version = greatest(a.max_version, excluded.max_version),
    min_at_ms = least(a.min_at_ms, excluded.min_at_ms), max_at_ms = greatest(a.max_at_ms, excluded.max_at_ms)`

/**
 * Whether anything in a range is known to be missing. A missing message of unknown time or version counts, and so does
 * one of any device.
 */
export const hasMissing = async (sql: SqlRunner, range: LogRange): Promise<boolean> => {
  const { producerId, after, upTo, minVersion, fromMs, toMs } = range
  const rows = await sql`
    SELECT 1 FROM dsm.absences
    WHERE producer_id = ${producerId}
      AND (epoch, to_offset) > (${after.epoch}, ${after.offset})
      AND (epoch, from_offset) <= (${upTo.epoch}, ${upTo.offset})
      AND (max_version IS NULL OR max_version >= ${minVersion})
      AND (max_at_ms IS NULL OR ${fromMs}::bigint IS NULL OR max_at_ms >= ${fromMs})
      AND (min_at_ms IS NULL OR ${toMs}::bigint IS NULL OR min_at_ms < ${toMs})
    LIMIT 1`
  return rows.length > 0
}
