import type { LogPosition } from '@motience/schemas'
import { BoundedMap, type Database } from '@motience/kit'
import type { SqlRunner } from '../storage/messages.js'

const MAX_REMEMBERED = 10_000

/**
 * Finds the place before the first message of a producer whose version is at least `minVersion`. Where the history has
 * no holes (`settled`) it is remembered.
 */
export type FindFirstVisible = (producerId: number, minVersion: number, settled: boolean) => Promise<LogPosition>

interface VersionedPlace { offset: number, version: number }

const nextInEpoch = async (
  sql: SqlRunner,
  producerId: number,
  epoch: number,
  offset: number
): Promise<VersionedPlace | null> => {
  const [row] = await sql<VersionedPlace[]>`
    SELECT "offset"::float8, version::float8 FROM dsm.messages
    WHERE producer_id = ${producerId} AND epoch = ${epoch} AND "offset" >= ${offset} ORDER BY "offset" LIMIT 1`
  return row ?? null
}

/** Each epoch that has messages, rising, with the place and version of its last one. */
const lastOfEpochs = async (sql: SqlRunner, producerId: number): Promise<(VersionedPlace & { epoch: number })[]> =>
  await sql<(VersionedPlace & { epoch: number })[]>`
  SELECT e.epoch::float8, last."offset"::float8, last.version::float8 FROM dsm.epochs AS e
  CROSS JOIN LATERAL (
    SELECT "offset", version FROM dsm.messages WHERE producer_id = e.producer_id AND epoch = e.epoch ORDER BY "offset" DESC LIMIT 1
  ) AS last
  WHERE e.producer_id = ${producerId} ORDER BY e.epoch`

/**
 * Versions only rise along the log, so the place is found by halving, and a consumer that subscribed today need not
 * wait for years of others' messages to be passed over.
 */
export const createFirstVisible = ({ sql }: Database): FindFirstVisible => {
  const known = new BoundedMap<string, LogPosition>(MAX_REMEMBERED)
  return async (producerId, minVersion, settled) => {
    const key = `${producerId}-${minVersion}`
    const found = known.get(key)
    if (found !== undefined) return found
    const last = (await lastOfEpochs(sql, producerId)).find(item => item.version >= minVersion)
    if (last === undefined) return { epoch: 0, offset: 0 }
    const { epoch } = last
    // Before `low` all versions are too low; at `high` there is a message whose version is not.
    let low = 1
    let high = last.offset
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const next = await nextInEpoch(sql, producerId, epoch, middle)
      if (next !== null && next.version < minVersion) low = next.offset + 1
      else high = middle
    }
    const place = { epoch, offset: low - 1 }
    if (settled) known.set(key, place)
    return place
  }
}
