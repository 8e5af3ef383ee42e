import type { LogPosition } from '@motience/schemas'
import type { ISql } from 'postgres'
import type { MessageName, StoredMessage } from './stored-message.js'

/** The driver, or one of its transactions. */
export type SqlRunner = ISql

/** PostgreSQL's text form of an array of numbers or nulls. */
export const numbers = (values: readonly (number | null)[]): string =>
  `{${values.map(value => value ?? 'NULL').join(',')}}`

/**
 * Joins texts for `string_to_array`. Nothing has to be escaped, since JSON text contains no control character, and
 * neither does a device id or a session's name.
 */
const SEPARATOR = '\u0001'
const texts = (values: readonly string[]): string => values.join(SEPARATOR)

/** Stores messages, unless they are stored already. Rejects with SQLSTATE 23514 if a day has no partition. */
export const insertMessages = async (sql: SqlRunner, rows: readonly StoredMessage[]): Promise<void> => {
  await sql`
    INSERT INTO dsm.messages (
      producer_id, epoch, "offset", received_at, at_ms, at_ns, version, device_id, session, seq, tail)
    SELECT producer_id, epoch, "offset", to_timestamp(received_ms / 1000.0), at_ms, at_ns, version,
      coalesce(device_id, ''), session, seq, tail
    FROM unnest(
      ${numbers(rows.map(row => row.producerId))}::text::integer[],
      ${numbers(rows.map(row => row.epoch))}::text::bigint[],
      ${numbers(rows.map(row => row.offset))}::text::bigint[],
      ${numbers(rows.map(row => row.receivedAt))}::text::bigint[],
      ${numbers(rows.map(row => row.at))}::text::bigint[],
      ${numbers(rows.map(row => row.atNs))}::text::integer[],
      ${numbers(rows.map(row => row.version))}::text::bigint[],
      string_to_array(${texts(rows.map(row => row.deviceId ?? ''))}::text, chr(1)),
      string_to_array(${texts(rows.map(row => row.session ?? ''))}::text, chr(1), ''),
      ${numbers(rows.map(row => row.seq))}::text::bigint[],
      string_to_array(${texts(rows.map(row => row.tail))}::text, chr(1))
    ) AS row (producer_id, epoch, "offset", received_ms, at_ms, at_ns, version, device_id, session, seq, tail)
    ON CONFLICT DO NOTHING`
}

/** The first position of each named message of a producer, in the order of `names`; null if it is not stored. */
export const findPositions = async (
  sql: SqlRunner,
  producerId: number,
  names: readonly MessageName[]
): Promise<(LogPosition | null)[]> => {
  const rows = await sql<{ n: number; epoch: number; offset: number }[]>`
    SELECT name.n::integer, found.epoch::float8, found."offset"::float8
    FROM unnest(
      string_to_array(${texts(names.map(name => name.deviceId ?? ''))}::text, chr(1)),
      string_to_array(${texts(names.map(name => name.session))}::text, chr(1)),
      ${numbers(names.map(name => name.seq))}::text::bigint[]
    ) WITH ORDINALITY AS name (device_id, session, seq, n)
    CROSS JOIN LATERAL (
      SELECT epoch, "offset" FROM dsm.messages
      WHERE producer_id = ${producerId} AND device_id = coalesce(name.device_id, '')
        AND session = name.session AND seq = name.seq
      ORDER BY epoch, "offset" LIMIT 1
    ) AS found`
  const positions = new Array<LogPosition | null>(names.length).fill(null)
  for (const { n, epoch, offset } of rows) positions[n - 1] = { epoch, offset }
  return positions
}

/** Greatest stored `seq` of each device session of a producer, in the order of `sessions`; null if there is none. */
export const greatestSeqs = async (
  sql: SqlRunner,
  producerId: number,
  sessions: readonly Omit<MessageName, 'seq'>[]
): Promise<(number | null)[]> => {
  const rows = await sql<{ seq: number | null }[]>`
    SELECT (
      SELECT max(seq) FROM dsm.messages
      WHERE producer_id = ${producerId} AND device_id = coalesce(name.device_id, '') AND session = name.session
    )::float8 AS seq
    FROM unnest(
      string_to_array(${texts(sessions.map(name => name.deviceId ?? ''))}::text, chr(1)),
      string_to_array(${texts(sessions.map(name => name.session))}::text, chr(1))
    ) WITH ORDINALITY AS name (device_id, session, n) ORDER BY name.n`
  return rows.map(row => row.seq)
}

/** The last stored position of a producer; 0-0 if there is none. */
export const newestPosition = async (sql: SqlRunner, producerId: number): Promise<LogPosition> => {
  const [row] = await sql<LogPosition[]>`
    SELECT epoch::float8, "offset"::float8 FROM dsm.messages
    WHERE producer_id = ${producerId} ORDER BY epoch DESC, "offset" DESC LIMIT 1`
  return row === undefined ? { epoch: 0, offset: 0 } : { epoch: row.epoch, offset: row.offset }
}

/** Number of stored offsets of an epoch from `from` to `to`. */
export const countStored = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  from: number,
  to: number
): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::float8 AS count FROM dsm.messages
    WHERE producer_id = ${producerId} AND epoch = ${epoch} AND "offset" BETWEEN ${from} AND ${to}`
  return row!.count
}

/** Offsets of an epoch from `from` to `to` that are not stored, ascending. */
export const missingOffsets = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  from: number,
  to: number
): Promise<number[]> => {
  const rows = await sql<{ offset: number }[]>`
    SELECT n::float8 AS "offset" FROM generate_series(${from}::bigint, ${to}::bigint) AS n
    EXCEPT
    SELECT "offset"::float8 FROM dsm.messages
    WHERE producer_id = ${producerId} AND epoch = ${epoch} AND "offset" BETWEEN ${from} AND ${to}
    ORDER BY "offset"`
  return rows.map(row => row.offset)
}
