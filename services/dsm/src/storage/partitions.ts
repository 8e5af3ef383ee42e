import type { Database } from '@motience/kit'
import { writeDropped } from './missing-ranges.js'

const DAY_MS = 86_400_000

/** Names the lock under which partitions are made and dropped. */
const PARTITION_LOCK = 0x6d6f7464

/** One day's partition. */
export interface Partition {
  name: string
  /** Milliseconds since 1970 at which its day begins, in UTC. */
  dayMs: number
  /** Bytes on disk, with its indexes. */
  bytes: number
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS
const partitionName = (dayMs: number): string =>
  `messages_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`

/**
 * Does statements one after the other, all or none: PostgreSQL makes one transaction of a text of several. The driver's
 * own transactions are not used, since a connection that breaks in one makes it throw where nothing can catch it
 * (https://github.com/porsager/postgres/issues/1208).
 */
const doTogether = async ({ sql }: Database, statements: readonly string[]): Promise<void> => {
  await sql.unsafe([`SELECT pg_advisory_xact_lock(${PARTITION_LOCK})`, ...statements].join(';\n'))
}

/**
 * Makes the partitions of the days that the given instants are in, where they are missing. Instances may do it at the
 * same time.
 */
export const ensurePartitions = async (database: Database, instants: readonly number[]): Promise<void> => {
  const days = [...new Set(instants.map(startOfDay))]
  await doTogether(database, days.map(dayMs => {
    const [from, to] = [dayMs, dayMs + DAY_MS].map(ms => new Date(ms).toISOString())
    return `CREATE TABLE IF NOT EXISTS dsm.${partitionName(dayMs)} PARTITION OF dsm.messages FOR VALUES FROM ('${from}') TO ('${to}')`
  }))
}

/** Instants of today and of the `ahead` days after it. */
export const comingDays = (nowMs: number, ahead: number): number[] =>
  Array.from({ length: ahead + 1 }, (_, day) => nowMs + day * DAY_MS)

/** Every partition, oldest first. */
export const listPartitions = async (database: Database): Promise<Partition[]> => {
  const rows = await database.sql<{ name: string, bytes: number }[]>`
    SELECT c.relname AS name, pg_total_relation_size(c.oid)::float8 AS bytes
    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'dsm.messages'::regclass ORDER BY c.relname`
  return rows.map(({ name, bytes }) => ({
    name,
    bytes,
    dayMs: Date.parse(`${name.slice(9, 13)}-${name.slice(13, 15)}-${name.slice(15, 17)}`)
  }))
}

/**
 * Drops a partition, and writes down what it held in the same step. Rejects with SQLSTATE 55P03 where it is in use for
 * 2 s.
 */
export const dropPartition = async (database: Database, { dayMs }: Partition): Promise<void> => {
  const table = `dsm.${partitionName(dayMs)}`
  await doTogether(database, [
    "SELECT set_config('lock_timeout', '2s', true)",
    `LOCK TABLE ${table} IN SHARE MODE`,
    writeDropped(table),
    `DROP TABLE ${table}`
  ])
}
