import { parseDuration, ProblemError, type Database } from '@motience/kit'
import { instantMs, type Series, type SeriesQuery } from '@motience/schemas'
import type { Access } from './access.js'
import { doubleOf } from './double.js'

/** Most points of one answer, and most messages of one query. */
export const MAX_POINTS = 10_000
const CHUNK = 20_000

/** What a JavaScript date can hold, either side of 1970. */
const MAX_INSTANT = 8.64e15

/** What is known of one bucket so far. */
interface Bucket { start: number, count: number, min: number, max: number, sum: number, last: number }

/** Where reading goes on: messages are taken in the order of the device's time, then of the log. */
interface Key { at: number, epoch: number, offset: number }

interface ChunkRow extends Bucket { rows: number, last_at: number, last_epoch: number, last_offset: number }

const merge = (buckets: Bucket[], next: Bucket): void => {
  const bucket = buckets.at(-1)
  if (bucket?.start !== next.start) {
    buckets.push({ ...next })
    return
  }
  bucket.count += next.count
  bucket.min = Math.min(bucket.min, next.min)
  bucket.max = Math.max(bucket.max, next.max)
  bucket.sum += next.sum
  bucket.last = next.last
}

/**
 * Sums up one number of the payloads in buckets of the device's corrected time, each from its start (a multiple of the
 * bucket since 1970) on. Messages without that number don't count; buckets without a message are left out. Throws
 * MOT_BAD_INPUT past `MAX_POINTS` points. Reads by short queries, each of which sums up its own messages.
 */
export const readSeries = async ({ sql }: Database, producerId: number, query: SeriesQuery, { after, upTo, minVersion }: Access): Promise<Series> => {
  const bucketMs = parseDuration(query.bucket ?? '60s')
  const path = query.field.split('.')
  const fromMs = query.from === undefined ? null : instantMs(query.from)
  const toMs = query.to === undefined ? null : instantMs(query.to)
  const deviceId = query.device_id ?? null
  const buckets: Bucket[] = []

  // PostgreSQL's json refuses what JSON allows: NUL and lone surrogates, which are no part of a number.
  const chunkAfter = (key: Key | null): Promise<ChunkRow[]> => sql<ChunkRow[]>`
    WITH chunk AS MATERIALIZED (
      SELECT at_ms, epoch, "offset", tail FROM dsm.messages AS m
      WHERE producer_id = ${producerId} AND version >= ${minVersion}
        AND (m.epoch, m."offset") > (${after.epoch}::bigint, ${after.offset}::bigint) AND (m.epoch, m."offset") <= (${upTo.epoch}::bigint, ${upTo.offset}::bigint)
        ${key === null ? sql`` : sql`AND at_ms >= ${key.at} AND (m.at_ms, m.epoch, m."offset") > (${key.at}::bigint, ${key.epoch}::bigint, ${key.offset}::bigint)`}
        ${fromMs === null ? sql`` : sql`AND at_ms >= ${fromMs}`}
        ${toMs === null ? sql`` : sql`AND at_ms < ${toMs}`}
        ${deviceId === null ? sql`` : sql`AND device_id = ${deviceId}`}
      ORDER BY m.at_ms, m.epoch, m."offset" LIMIT ${CHUNK}
    ), numbers AS (
      SELECT at_ms, epoch, "offset", ('{' || substr(CASE WHEN strpos(tail, '\\u') = 0 THEN tail
        ELSE regexp_replace(tail, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\\\ufffd', 'g') END, 2))::json #> ${path}::text[] AS value
      FROM chunk
    ), doubles AS (
      SELECT at_ms, epoch, "offset", ${doubleOf(sql, sql`value::text`)} AS value FROM numbers WHERE json_typeof(value) = 'number'
    ), sums AS (
      SELECT floor(at_ms::numeric / ${bucketMs})::float8 * ${bucketMs} AS start, count(*)::float8 AS count,
        min(value) AS min, max(value) AS max, sum(value) AS sum,
        (array_agg(value ORDER BY at_ms DESC, epoch DESC, "offset" DESC))[1] AS last
      FROM doubles GROUP BY 1
    ), rows AS (
      SELECT count(*)::integer AS rows FROM chunk
    ), newest AS (
      SELECT at_ms::float8 AS last_at, epoch::float8 AS last_epoch, "offset"::float8 AS last_offset FROM chunk
      ORDER BY chunk.at_ms DESC, chunk.epoch DESC, chunk."offset" DESC LIMIT 1
    )
    SELECT * FROM rows CROSS JOIN newest LEFT JOIN sums ON true ORDER BY start`

  for (let key: Key | null = null; ;) {
    const rows: ChunkRow[] = await chunkAfter(key)
    for (const row of rows) if (row.count !== null) merge(buckets, row)
    if (buckets.length > MAX_POINTS) {
      throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/bucket', message: `gives more than ${MAX_POINTS} points; take a longer bucket or a shorter time` }] })
    }
    const end = rows[0]
    if (end === undefined || end.rows < CHUNK) break
    key = { at: end.last_at, epoch: end.last_epoch, offset: end.last_offset }
  }
  return {
    field: query.field,
    bucket: query.bucket ?? '60s',
    points: buckets.map(({ start, count, min, max, sum, last }) => ({ t: new Date(Math.max(start, -MAX_INSTANT)).toISOString(), count, min, max, avg: sum / count, last }))
  }
}
