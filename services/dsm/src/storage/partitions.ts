import type { Database } from '@motience/kit'
import { writeDropped } from './absences.js'

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
const partitionName = (dayMs: number): string => `messages_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`

/** Makes the partitions of the days that the given instants are in, where they are missing. Instances may do it at the same time. */
export const ensurePartitions = async (database: Database, instants: readonly number[]): Promise<void> => {
  const days = [...new Set(instants.map(startOfDay))]
  await database.sql.begin(async sql => {
    await sql`SELECT pg_advisory_xact_lock(${PARTITION_LOCK})`
    for (const dayMs of days) {
      const from = new Date(dayMs).toISOString()
      const to = new Date(dayMs + DAY_MS).toISOString()
      await sql.unsafe(`CREATE TABLE IF NOT EXISTS dsm.${partitionName(dayMs)} PARTITION OF dsm.messages FOR VALUES FROM ('${from}') TO ('${to}')`)
    }
  })
}

/** Instants of today and of the `ahead` days after it. */
export const comingDays = (nowMs: number, ahead: number): number[] => Array.from({ length: ahead + 1 }, (_, day) => nowMs + day * DAY_MS)

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

/** Drops a partition, and writes down what it held in the same step. Rejects with SQLSTATE 55P03 where it is in use for 2 s. */
export const dropPartition = async (database: Database, { name }: Partition): Promise<void> => {
  await database.sql.begin(async sql => {
    await sql`SET LOCAL lock_timeout = '2s'`
    await sql`SELECT pg_advisory_xact_lock(${PARTITION_LOCK})`
    await sql`LOCK TABLE dsm.${sql(name)} IN SHARE MODE`
    await writeDropped(sql, name)
    await sql`DROP TABLE dsm.${sql(name)}`
  })
}
