import type { Database } from '@motience/kit'
import { droppedPartitionSql } from './missing-ranges.js'

const DAY_MS = 86_400_000

/** Key of the advisory lock for creating and dropping partitions. */
const PARTITION_LOCK = 0x6d6f7464

/** One day's partition. */
export interface Partition {
  name: string
  /** Start of its day in UTC, in milliseconds since 1970. */
  dayMs: number
  /** Bytes on disk, including its indexes. */
  bytes: number
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS
const partitionName = (dayMs: number): string =>
  `messages_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`

/**
 * Runs statements as one transaction: PostgreSQL treats a multi-statement text as one. The driver's own transactions
 * are not used, since a connection that breaks within one throws where nothing can catch it
 * (https://github.com/porsager/postgres/issues/1208).
 */
const runTogether = async ({ sql }: Database, statements: readonly string[]): Promise<void> => {
  await sql.unsafe([`SELECT pg_advisory_xact_lock(${PARTITION_LOCK})`, ...statements].join(';\n'))
}

/** Creates the missing partitions of the days of the given instants. Instances may do so concurrently. */
export const ensurePartitions = async (database: Database, instants: readonly number[]): Promise<void> => {
  const days = [...new Set(instants.map(startOfDay))]
  await runTogether(database, days.map(dayMs => {
    const [from, to] = [dayMs, dayMs + DAY_MS].map(ms => new Date(ms).toISOString())
    return `CREATE TABLE IF NOT EXISTS dsm.${partitionName(dayMs)} PARTITION OF dsm.messages
      FOR VALUES FROM ('${from}') TO ('${to}')`
  }))
}

/** An instant of today and of each of the `ahead` following days. */
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

/** Drops a partition and records its ranges, atomically. Rejects with SQLSTATE 55P03 if it is in use for 2 s. */
export const dropPartition = async (database: Database, { dayMs }: Partition): Promise<void> => {
  const table = `dsm.${partitionName(dayMs)}`
  await runTogether(database, [
    "SELECT set_config('lock_timeout', '2s', true)",
    `LOCK TABLE ${table} IN SHARE MODE`,
    droppedPartitionSql(table),
    `DROP TABLE ${table}`
  ])
}
