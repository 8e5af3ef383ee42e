import type { LogPosition } from '@motience/schemas'
import { BoundedMap, type Database } from '@motience/kit'
import type { SqlRunner } from '../storage/messages.js'

/** Maximum positions in the cache. */
const MAX_CACHED = 10_000

/**
 * Finds the position before a producer's first message whose version is at least `minVersion`. It is cached if the
 * history has no gaps (`settled`).
 */
export type FindFirstVisible = (producerId: number, minVersion: number, settled: boolean) => Promise<LogPosition>

interface VersionedOffset { offset: number, version: number }

const nextInEpoch = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  offset: number
): Promise<VersionedOffset | null> => {
  const [row] = await sql<VersionedOffset[]>`
    SELECT "offset"::float8, version::float8 FROM dsm.messages
    WHERE producer_id = ${producerId} AND epoch = ${epoch} AND "offset" >= ${offset} ORDER BY "offset" LIMIT 1`
  return row ?? null
}

/** Each epoch that has messages, ascending, with the offset and version of its last one. */
const lastOfEpochs = async (sql: SqlRunner, producerId: number): Promise<(VersionedOffset & { epoch: number })[]> =>
  await sql<(VersionedOffset & { epoch: number })[]>`
  SELECT e.epoch::float8, last."offset"::float8, last.version::float8 FROM dsm.epochs AS e
  CROSS JOIN LATERAL (
    SELECT "offset", version FROM dsm.messages
    WHERE producer_id = e.producer_id AND epoch = e.epoch ORDER BY "offset" DESC LIMIT 1
  ) AS last
  WHERE e.producer_id = ${producerId} ORDER BY e.epoch`

/**
 * Versions never decrease along the log, so a binary search finds the position: a consumer that subscribed today does
 * not wait for years of earlier messages to be scanned.
 */
export const createFirstVisible = ({ sql }: Database): FindFirstVisible => {
  const cache = new BoundedMap<string, LogPosition>(MAX_CACHED)
  return async (producerId, minVersion, settled) => {
    const key = `${producerId}-${minVersion}`
    const found = cache.get(key)
    if (found !== undefined) return found
    const last = (await lastOfEpochs(sql, producerId)).find(item => item.version >= minVersion)
    if (last === undefined) return { epoch: 0, offset: 0 }
    const { epoch } = last
    // All versions before `low` are too low; the one at `high` is not.
    let low = 1
    let high = last.offset
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const next = await nextInEpoch(sql, producerId, epoch, middle)
      if (next !== null && next.version < minVersion) low = next.offset + 1
      else high = middle
    }
    const position = { epoch, offset: low - 1 }
    if (settled) cache.set(key, position)
    return position
  }
}
