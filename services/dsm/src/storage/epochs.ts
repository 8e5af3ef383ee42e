import type { LogPosition } from '@motience/schemas'
import { numbers, type SqlRunner } from './messages.js'

/** An epoch whose offsets are not all accounted for yet. */
export interface UncheckedEpoch {
  epoch: number
  /** Greatest offset of the epoch; null while it is the newest. */
  lastOffset: number | null
  /** Every offset up to this one is stored, or known to be missing: lost, or dropped by retention. */
  checkedTo: number
}

/**
 * Allocates the next epoch of a producer: above every epoch that PostgreSQL knows, above the broker's (`head`), and at
 * least `now`, milliseconds since 1970. PostgreSQL and the broker may both have been restored from backups and not know
 * the latest epochs; the clock is past all of them. An epoch that is allocated and not used is never allocated again.
 */
export const allocateEpoch = async (sql: SqlRunner, producerId: number, head: number, now: number): Promise<number> => {
  for (;;) {
    const [row] = await sql<{ epoch: number }[]>`
      INSERT INTO dsm.epochs (producer_id, epoch)
      SELECT ${producerId}, greatest(${Math.floor(now)}::bigint, ${head}::bigint + 1, coalesce(max(epoch), 0) + 1,
        (SELECT coalesce(max(epoch), 0) FROM dsm.messages WHERE producer_id = ${producerId}) + 1)
      FROM dsm.epochs WHERE producer_id = ${producerId}
      ON CONFLICT DO NOTHING RETURNING epoch::float8`
    if (row !== undefined) return row.epoch
  }
}

/** Records where the epochs before `epoch` ended, according to PostgreSQL and to `ends`, the broker's positions. */
export const closeEpochs = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  ends: readonly LogPosition[]
): Promise<void> => {
  await sql`
    UPDATE dsm.epochs AS e SET last_offset = greatest(
      (SELECT coalesce(max(m."offset"), 0) FROM dsm.messages AS m
        WHERE m.producer_id = e.producer_id AND m.epoch = e.epoch),
      (SELECT coalesce(max(ended."offset"), 0)
        FROM unnest(
          ${numbers(ends.map(end => end.epoch))}::text::bigint[],
          ${numbers(ends.map(end => end.offset))}::text::bigint[]
        ) AS ended (epoch, "offset")
        WHERE ended.epoch = e.epoch))
    WHERE e.producer_id = ${producerId} AND e.epoch < ${epoch} AND e.last_offset IS NULL`
}

/** Whether PostgreSQL knows an epoch of the broker. It may not after it was restored from a backup. */
export const isKnownEpoch = async (sql: SqlRunner, producerId: number, epoch: number): Promise<boolean> =>
  (await sql`SELECT 1 FROM dsm.epochs WHERE producer_id = ${producerId} AND epoch = ${epoch}`).length > 0

/** The greatest epoch of a producer that PostgreSQL knows; 0 if there is none. */
export const newestKnownEpoch = async (sql: SqlRunner, producerId: number): Promise<number> => {
  const [row] = await sql<{ epoch: number }[]>`
    SELECT coalesce(max(epoch), 0)::float8 AS epoch FROM dsm.epochs WHERE producer_id = ${producerId}`
  return row!.epoch
}

/** Records epochs that PostgreSQL does not know: `newest`, the broker's, and those with entries in its log. */
export const learnEpochs = async (
  sql: SqlRunner,
  producerId: number,
  newest: number,
  logged: readonly LogPosition[]
): Promise<void> => {
  const epochs = [newest, ...logged.map(position => position.epoch)]
  await sql`
    INSERT INTO dsm.epochs (producer_id, epoch)
    SELECT DISTINCT ${producerId}::integer, epoch FROM unnest(${numbers(epochs)}::text::bigint[]) AS learnt (epoch)
    WHERE epoch <= ${newest}
    ON CONFLICT DO NOTHING`
  await closeEpochs(sql, producerId, newest, logged)
}

/**
 * Whether a producer's history up to `upTo` ever reached a position. One that it did not reach belongs to a history
 * that was lost: what came between it and the next message is unknown.
 */
export const hasReached = async (
  sql: SqlRunner,
  producerId: number,
  { epoch, offset }: LogPosition,
  upTo: LogPosition
): Promise<boolean> => {
  if (offset === 0 && epoch === 0) return true
  if (epoch === upTo.epoch) return offset <= upTo.offset
  const rows = await sql`
    SELECT 1 FROM dsm.epochs AS e
    WHERE e.producer_id = ${producerId} AND e.epoch = ${epoch} AND ${offset}::bigint <= coalesce(e.last_offset,
      (SELECT max(m."offset") FROM dsm.messages AS m WHERE m.producer_id = e.producer_id AND m.epoch = e.epoch), 0)`
  return rows.length > 0
}

/** Epochs of a producer up to `epoch` whose offsets are not all accounted for, ascending. */
export const uncheckedEpochs = async (sql: SqlRunner, producerId: number, epoch: number): Promise<UncheckedEpoch[]> => {
  const rows = await sql<{ epoch: number, last_offset: number | null, checked_to: number }[]>`
    SELECT e.epoch::float8, e.last_offset::float8,
      (CASE
        WHEN a.from_offset <= e.checked_to + 1 THEN greatest(e.checked_to, a.to_offset)
        ELSE e.checked_to
      END)::float8 AS checked_to
    FROM dsm.epochs AS e
    LEFT JOIN dsm.absences AS a ON a.producer_id = e.producer_id AND a.epoch = e.epoch AND a.reason = 'retention'
    WHERE e.producer_id = ${producerId} AND e.epoch <= ${epoch}
      AND (e.last_offset IS NULL OR e.checked_to < e.last_offset)
    ORDER BY e.epoch`
  return rows.map(row => ({ epoch: row.epoch, lastOffset: row.last_offset, checkedTo: row.checked_to }))
}

/** Greatest stored offset of an epoch; 0 if there is none. */
export const lastStored = async (sql: SqlRunner, producerId: number, epoch: number): Promise<number> => {
  const [row] = await sql<{ last: number }[]>`
    SELECT coalesce(max("offset"), 0)::float8 AS last FROM dsm.messages
    WHERE producer_id = ${producerId} AND epoch = ${epoch}`
  return row!.last
}

/** Records the offset up to which an epoch is accounted for; it never decreases. */
export const raiseCheckedTo = async (sql: SqlRunner, producerId: number, epoch: number, to: number): Promise<void> => {
  await sql`
    INSERT INTO dsm.epochs AS e (producer_id, epoch, checked_to) VALUES (${producerId}, ${epoch}, ${to})
    ON CONFLICT (producer_id, epoch) DO UPDATE SET checked_to = greatest(e.checked_to, excluded.checked_to)`
}

/** Producers with an epoch and an id above `afterId`, ascending; at most `limit`. */
export const producersWithEpochs = async (sql: SqlRunner, afterId: number, limit: number): Promise<number[]> => {
  const rows = await sql<{ producer_id: number }[]>`
    SELECT DISTINCT producer_id FROM dsm.epochs WHERE producer_id > ${afterId} ORDER BY producer_id LIMIT ${limit}`
  return rows.map(row => row.producer_id)
}

/** Which of these producers have no epoch in PostgreSQL. */
export const producersWithoutEpochs = async (sql: SqlRunner, producerIds: readonly number[]): Promise<number[]> => {
  const rows = await sql<{ producer_id: number }[]>`
    SELECT DISTINCT producer_id FROM unnest(${numbers(producerIds)}::text::integer[]) AS asked (producer_id)
    WHERE NOT EXISTS (SELECT 1 FROM dsm.epochs AS e WHERE e.producer_id = asked.producer_id)`
  return rows.map(row => row.producer_id)
}
