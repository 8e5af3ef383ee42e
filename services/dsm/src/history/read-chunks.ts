import type { Database } from '@motience/kit'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'
import type { PageEnd } from './page-cursor.js'
import { withinTime } from './device-time.js'
import { beyond, type HistoryRange } from './history-range.js'

/** Characters that one query should bring, and the bounds of its rows. */
const CHUNK_CHARACTERS = 262_144
const MIN_ROWS = 4
const FIRST_ROWS = 64
const MAX_ROWS = 500

/** One message as it is read for a client. */
export interface HistoryRow extends PageEnd {
  producerId: number
  deviceId: string | null
  tail: string
}

/**
 * The places of a range. PostgreSQL estimates a comparison of rows by their first columns, so within one epoch by
 * nothing: it would take what is left for a row or two, and sort all of it for each chunk.
 */
const withinPlaces = (sql: SqlRunner, { after, upTo }: HistoryRange): Fragment =>
  after.epoch === upTo.epoch
    ? sql`m.epoch = ${after.epoch} AND m."offset" > ${after.offset} AND m."offset" <= ${upTo.offset}`
    : sql`(m.epoch, m."offset") > (${after.epoch}::bigint, ${after.offset}::bigint) AND (m.epoch, m."offset") <= (${upTo.epoch}::bigint, ${upTo.offset}::bigint)`

/** What was not read yet of a range by the device's time. */
const unread = (sql: SqlRunner, { orderBy, order, passed }: HistoryRange): Fragment => {
  if (orderBy === 'received' || passed === null) return sql``
  const { at: { ms, ns }, epoch, offset } = passed
  const key = sql`(${ms}::bigint, ${ns}::integer, ${epoch}::bigint, ${offset}::bigint)`
  // The index knows the milliseconds alone.
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
      AND ${withinPlaces(sql, range)}
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
 * Reads a range in its order, at most `limit` messages, by short queries of a bounded size: each waits until the one
 * before was taken, so a slow reader holds neither memory nor a connection. Ends when its consumer stops.
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
    rest = beyond(rest, rows.at(-1)!)
    const characters = rows.reduce((sum, row) => sum + row.tail.length, 0)
    size = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(CHUNK_CHARACTERS * rows.length / characters)))
  }
}
