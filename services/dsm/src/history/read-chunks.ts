import type { Database } from '@motience/kit'
import type { SqlRunner } from '../storage/messages.js'
import { beyond, type HistoryRange } from './range.js'

/** Characters that one query should bring, and the bounds of its rows. */
const CHUNK_CHARACTERS = 262_144
const MIN_ROWS = 4
const FIRST_ROWS = 64
const MAX_ROWS = 500

/** One message as it is read for a client. */
export interface HistoryRow {
  producerId: number
  epoch: number
  offset: number
  deviceId: string | null
  tail: string
}

const readRows = async (sql: SqlRunner, range: HistoryRange, limit: number): Promise<HistoryRow[]> => {
  const { producerId, after, upTo, minVersion, fromMs, toMs, deviceId, order } = range
  const rows = await sql<{ epoch: number, offset: number, device_id: string, tail: string }[]>`
    SELECT epoch::float8, "offset"::float8, device_id, tail FROM dsm.messages AS m
    WHERE producer_id = ${producerId}
      AND (m.epoch, m."offset") > (${after.epoch}::bigint, ${after.offset}::bigint)
      AND (m.epoch, m."offset") <= (${upTo.epoch}::bigint, ${upTo.offset}::bigint)
      ${minVersion === 0 ? sql`` : sql`AND version >= ${minVersion}`}
      ${fromMs === null ? sql`` : sql`AND at_ms >= ${fromMs}`}
      ${toMs === null ? sql`` : sql`AND at_ms < ${toMs}`}
      ${deviceId === null ? sql`` : sql`AND device_id = ${deviceId}`}
    ORDER BY ${order === 'asc' ? sql`m.epoch, m."offset"` : sql`m.epoch DESC, m."offset" DESC`}
    LIMIT ${limit}`
  return rows.map(row => ({ producerId, epoch: row.epoch, offset: row.offset, deviceId: row.device_id === '' ? null : row.device_id, tail: row.tail }))
}

/**
 * Reads a range in its order, at most `limit` messages, by short queries of a bounded size: each waits until the one
 * before was taken, so a slow reader holds neither memory nor a connection. Ends when its consumer stops.
 */
export async function * readChunks ({ sql }: Database, range: HistoryRange, limit: number): AsyncGenerator<HistoryRow[], void, undefined> {
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
