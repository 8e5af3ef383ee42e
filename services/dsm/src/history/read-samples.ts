import type { Database } from '@motience/kit'
import { MAX_SERIES_TEXT, type SeriesKind } from '@motience/schemas'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'
import type { Access } from './access.js'
import { withinTime, type DeviceTime } from './device-time.js'
import { decodeText, fieldText, shortNumber, shortString } from './json-field-sql.js'

/** Maximum messages of one query. */
const CHUNK = 10_000

/** A value's text up to this length is returned unchanged. */
const MAX_RAW_CHARACTERS = 768

/** One field of a producer's messages to read. */
export interface SampleQuery {
  producerId: number
  access: Access
  keys: readonly string[]
  kind: SeriesKind | null
  deviceId: string | null
  from: DeviceTime | null
  to: DeviceTime | null
}

/** One value sent by a device. */
export interface Sample {
  /** Milliseconds since 1970 by the device's corrected time; its nanoseconds are the fraction. */
  at: number
  /** '' if there is none. */
  device: string
  value: number | boolean | string
}

/** Where reading continues: messages are read in the order of the device's time, then of the log. */
interface Key extends DeviceTime { epoch: number, offset: number }

interface ChunkRow {
  rows: number
  times: string | null
  devices: string
  texts: string
  last_ms: number
  last_ns: number
  last_epoch: number
  last_offset: number
}

/** First characters of JSON text, by its kind. */
const firstCharacters: Record<SeriesKind, string> = { number: '-0123456789', boolean: 'tf', string: '"' }

const afterKey = (sql: SqlRunner, { ms, ns, epoch, offset }: Key): Fragment => sql`
  AND at_ms >= ${ms} AND (m.at_ms, m.at_ns, m.epoch, m."offset")
    > (${ms}::bigint, ${ns}::integer, ${epoch}::bigint, ${offset}::bigint)`

const readChunk = async (
  sql: SqlRunner,
  { producerId, access, keys, kind, deviceId, from, to }: SampleQuery,
  after: Key | null
): Promise<ChunkRow | undefined> => {
  const wanted = kind === null ? Object.values(firstCharacters).join('') : firstCharacters[kind]
  const [row] = await sql<ChunkRow[]>`
    SELECT count(*)::integer AS rows,
      string_agg(
        CASE WHEN at_ns = 0 THEN at_ms::text ELSE (at_ms + at_ns / 1e6::float8)::text END, chr(10)
      ) FILTER (WHERE sample IS NOT NULL) AS times,
      string_agg(device_id, chr(10)) FILTER (WHERE sample IS NOT NULL) AS devices,
      string_agg(sample, chr(10)) FILTER (WHERE sample IS NOT NULL) AS texts,
      (array_agg(at_ms))[count(*)]::float8 AS last_ms, (array_agg(at_ns))[count(*)] AS last_ns,
      (array_agg(epoch))[count(*)]::float8 AS last_epoch, (array_agg("offset"))[count(*)]::float8 AS last_offset
    FROM (
      SELECT at_ms, at_ns, epoch, "offset", device_id, CASE
        WHEN strpos(${wanted}, left(value, 1)) = 0 THEN NULL
        WHEN length(value) <= ${MAX_RAW_CHARACTERS}::integer THEN value
        WHEN left(value, 1) = '"' THEN ${shortString(sql)}
        ELSE ${shortNumber(sql)}
      END AS sample
      FROM (
        SELECT at_ms, at_ns, epoch, "offset", device_id, ${fieldText(sql, keys)} AS value FROM dsm.messages AS m
        WHERE producer_id = ${producerId} AND version >= ${access.minVersion}
          AND (m.epoch, m."offset") > (${access.after.epoch}::bigint, ${access.after.offset}::bigint)
          AND (m.epoch, m."offset") <= (${access.upTo.epoch}::bigint, ${access.upTo.offset}::bigint)
          ${after === null ? sql`` : afterKey(sql, after)}
          ${withinTime(sql, { from, to })}
          ${deviceId === null ? sql`` : sql`AND device_id = ${deviceId}`}
        ORDER BY m.at_ms, m.at_ns, m.epoch, m."offset" LIMIT ${CHUNK}
      ) AS chunk
      OFFSET 0
    ) AS read`
  return row
}

const cut = (text: string): string =>
  text.length <= MAX_SERIES_TEXT ? text : [...text.slice(0, 2 * MAX_SERIES_TEXT)].slice(0, MAX_SERIES_TEXT).join('')

/** The value of a scalar's JSON text; null for a number beyond the range of a double. */
const valueOf = (text: string): number | boolean | string | null => {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text.startsWith('"')) return cut(decodeText(JSON.parse(text) as string))
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

const samplesOf = ({ times, devices, texts }: ChunkRow): Sample[] => {
  if (times === null) return []
  const samples: Sample[] = []
  const deviceOf = devices.split('\n')
  const textOf = texts.split('\n')
  for (const [n, time] of times.split('\n').entries()) {
    const value = valueOf(textOf[n]!)
    if (value !== null) samples.push({ at: Number(time), device: deviceOf[n]!, value })
  }
  return samples
}

/**
 * Reads the numbers, booleans and strings of a field in the order of the device's time, with short queries, each of
 * which runs once the previous samples were consumed. Yields them with the number of messages that were scanned.
 */
export async function * readSamples (
  { sql }: Database,
  query: SampleQuery
): AsyncGenerator<{ samples: Sample[]; messages: number }, void, undefined> {
  for (let after: Key | null = null; ;) {
    const chunk: ChunkRow | undefined = await readChunk(sql, query, after)
    if (chunk === undefined || chunk.rows === 0) return
    yield { samples: samplesOf(chunk), messages: chunk.rows }
    if (chunk.rows < CHUNK) return
    after = { ms: chunk.last_ms, ns: chunk.last_ns, epoch: chunk.last_epoch, offset: chunk.last_offset }
  }
}
