import type { Place } from '@motience/kit'
import type { SqlRunner } from './messages.js'

/** What is known of an epoch whose offsets are not all accounted for yet. */
export interface OpenAccount {
  epoch: number
  /** Greatest offset of the epoch; null while it is the newest. */
  lastOffset: number | null
  /** Every offset up to here is stored, or known to be absent: lost, or dropped by retention. */
  checkedTo: number
}

/**
 * Allocates the next epoch of a producer: above every one that was ever allocated, and above `atLeast`. One that is
 * allocated and then not used is never given again.
 */
export const allocateEpoch = async (sql: SqlRunner, producerId: number, atLeast: number): Promise<number> => {
  for (;;) {
    const [row] = await sql<{ epoch: number }[]>`
      INSERT INTO dsm.epochs (producer_id, epoch)
      SELECT ${producerId}, greatest(coalesce(max(epoch), 0), ${atLeast}::bigint,
        (SELECT coalesce(max(epoch), 0) FROM dsm.messages WHERE producer_id = ${producerId})) + 1
      FROM dsm.epochs WHERE producer_id = ${producerId}
      ON CONFLICT DO NOTHING RETURNING epoch::float8`
    if (row !== undefined) return row.epoch
  }
}

/** Writes down where the epochs before `epoch` ended, as PostgreSQL knows it and as the broker's head told. */
export const closeEpochs = async (sql: SqlRunner, producerId: number, epoch: number, head: Place): Promise<void> => {
  await sql`
    UPDATE dsm.epochs AS e SET last_offset = greatest(
      (SELECT coalesce(max(m."offset"), 0) FROM dsm.messages AS m WHERE m.producer_id = e.producer_id AND m.epoch = e.epoch),
      CASE WHEN e.epoch = ${head.epoch} THEN ${head.offset}::bigint ELSE 0 END)
    WHERE e.producer_id = ${producerId} AND e.epoch < ${epoch} AND e.last_offset IS NULL`
}

/** Epochs of a producer up to `epoch` whose offsets are not all accounted for, rising. */
export const openAccounts = async (sql: SqlRunner, producerId: number, epoch: number): Promise<OpenAccount[]> => {
  const rows = await sql<{ epoch: number, last_offset: number | null, checked_to: number }[]>`
    SELECT e.epoch::float8, e.last_offset::float8,
      (CASE WHEN a.from_offset <= e.checked_to + 1 THEN greatest(e.checked_to, a.to_offset) ELSE e.checked_to END)::float8 AS checked_to
    FROM dsm.epochs AS e
    LEFT JOIN dsm.absences AS a ON a.producer_id = e.producer_id AND a.epoch = e.epoch AND a.reason = 'retention'
    WHERE e.producer_id = ${producerId} AND e.epoch <= ${epoch} AND (e.last_offset IS NULL OR e.checked_to < e.last_offset)
    ORDER BY e.epoch`
  return rows.map(row => ({ epoch: row.epoch, lastOffset: row.last_offset, checkedTo: row.checked_to }))
}

/** Greatest offset of an epoch that is stored; 0 where there is none. */
export const lastStored = async (sql: SqlRunner, producerId: number, epoch: number): Promise<number> => {
  const [row] = await sql<{ last: number }[]>`
    SELECT coalesce(max("offset"), 0)::float8 AS last FROM dsm.messages WHERE producer_id = ${producerId} AND epoch = ${epoch}`
  return row!.last
}

/** Writes down up to where an epoch's offsets are accounted for; the mark only rises. */
export const raiseCheckedTo = async (sql: SqlRunner, producerId: number, epoch: number, to: number): Promise<void> => {
  await sql`
    INSERT INTO dsm.epochs AS e (producer_id, epoch, checked_to) VALUES (${producerId}, ${epoch}, ${to})
    ON CONFLICT (producer_id, epoch) DO UPDATE SET checked_to = greatest(e.checked_to, excluded.checked_to)`
}

/** Producers that have an epoch, by rising id after `afterId`; at most `limit`. */
export const producersWithEpochs = async (sql: SqlRunner, afterId: number, limit: number): Promise<number[]> => {
  const rows = await sql<{ producer_id: number }[]>`
    SELECT DISTINCT producer_id FROM dsm.epochs WHERE producer_id > ${afterId} ORDER BY producer_id LIMIT ${limit}`
  return rows.map(row => row.producer_id)
}
