import type { Database } from '@motience/kit'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'
import type { PageEnd } from './page-cursor.js'
import { withinTime } from './device-time.js'
import { remainingAfter, type HistoryRange } from './history-range.js'

/** Target characters of one query, and the bounds of its rows. */
const CHUNK_CHARACTERS = 262_144
const MIN_ROWS = 4
const FIRST_ROWS = 64
const MAX_ROWS = 500

/** One message as read from the history. */
export interface HistoryRow extends PageEnd {
  producerId: number
  deviceId: string | null
  tail: string
}

/**
 * SQL condition for the positions of a range. PostgreSQL estimates row comparisons by their first column, which within
 * one epoch says nothing: it would expect a row or two, and sort all the rest for each chunk.
 */
const withinPositions = (sql: SqlRunner, { after, upTo }: HistoryRange): Fragment =>
  after.epoch === upTo.epoch
    ? sql`m.epoch = ${after.epoch} AND m."offset" > ${after.offset} AND m."offset" <= ${upTo.offset}`
    : sql`(m.epoch, m."offset") > (${after.epoch}::bigint, ${after.offset}::bigint)
        AND (m.epoch, m."offset") <= (${upTo.epoch}::bigint, ${upTo.offset}::bigint)`

/** SQL condition for the unread rest of a range in the order of the device's time. */
const unread = (sql: SqlRunner, { orderBy, order, passed }: HistoryRange): Fragment => {
  if (orderBy === 'received' || passed === null) return sql``
  const { at: { ms, ns }, epoch, offset } = passed
  const key = sql`(${ms}::bigint, ${ns}::integer, ${epoch}::bigint, ${offset}::bigint)`
  // The index contains milliseconds only.
  return order === 'asc'
    ? sql`AND at_ms >= ${ms} AND (m.at_ms, m.at_ns, m.epoch, m."offset") > ${key}`
    : sql`AND at_ms <= ${ms} AND (m.at_ms, m.at_ns, m.epoch, m."offset") < ${key}`
}

const ordering = (sql: SqlRunner, { orderBy, order }: HistoryRange): Fragment => {
  if (orderBy === 'received') return order === 'asc' ? sql`m.epoch, m."offset"` : sql`m.epoch DESC, m."offset" DESC`
  return order === 'asc'
    ? sql`m.at_ms, m.at_ns, m.epoch, m."offset"`
    : sql`m.at_ms DESC, m.at_ns DESC, m.epoch DESC, m."offset" DESC`
}

const readRows = async (sql: SqlRunner, range: HistoryRange, limit: number): Promise<HistoryRow[]> => {
  const { producerId, minVersion, deviceId } = range
  const rows = await sql<{ epoch: number, offset: number, ms: number, ns: number, device_id: string, tail: string }[]>`
    SELECT epoch::float8, "offset"::float8, at_ms::float8 AS ms, at_ns AS ns, device_id, tail FROM dsm.messages AS m
    WHERE producer_id = ${producerId}
      AND ${withinPositions(sql, range)}
      ${minVersion === 0 ? sql`` : sql`AND version >= ${minVersion}`}
      ${withinTime(sql, range)}
      ${deviceId === null ? sql`` : sql`AND device_id = ${deviceId}`}
      ${unread(sql, range)}
    ORDER BY ${ordering(sql, range)}
    LIMIT ${limit}`
  return rows.map(({ epoch, offset, ms, ns, device_id: device, tail }) => ({
    producerId,
    epoch,
    offset,
    at: { ms, ns },
    deviceId: device === '' ? null : device,
    tail
  }))
}

/**
 * Reads at most `limit` messages of a range in its order, with short queries of bounded size. Each runs once the rows
 * of the previous one were consumed, so that a slow reader holds neither memory nor a connection.
 */
export async function * readChunks (
  { sql }: Database,
  range: HistoryRange,
  limit: number
): AsyncGenerator<HistoryRow[], void, undefined> {
  let rest = range
  let left = limit
  let size = FIRST_ROWS
  while (left > 0) {
    const wanted = Math.min(size, left)
    const rows = await readRows(sql, rest, wanted)
    if (rows.length > 0) yield rows
    if (rows.length < wanted) return
    left -= rows.length
    rest = remainingAfter(rest, rows.at(-1)!)
    const characters = rows.reduce((sum, row) => sum + row.tail.length, 0)
    size = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(CHUNK_CHARACTERS * rows.length / characters)))
  }
}
