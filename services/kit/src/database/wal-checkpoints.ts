import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import type { DatabaseLogger } from './logger.js'

/** Milliseconds between two looks at the write-ahead log. */
const LOOK_MS = 10_000

/** Bytes by which the log's files may grow until a checkpoint lets PostgreSQL use them again. */
const MAX_GROWTH = 48 * 1_048_576

const sizeOf = async (folder: string): Promise<number> => {
  const sizes = await Promise.all((await readdir(folder)).map(async name => {
    const file = await stat(join(folder, name)).catch(() => null)
    return file?.isFile() === true ? file.size : 0
  }))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * Makes the checkpoints of an embedded database: it has no checkpointer of its own, so that its write-ahead log would
 * grow with everything that was ever written. Returns what ends them.
 */
export const startCheckpoints = (
  sql: Sql, folder: string, logger: DatabaseLogger, { lookMs = LOOK_MS, maxGrowth = MAX_GROWTH } = {}
): (() => void) => {
  const wal = join(folder, 'pg_wal')
  let atCheckpoint: number | null = null
  let looking = false

  const look = async (): Promise<void> => {
    const size = await sizeOf(wal)
    if (atCheckpoint !== null && size <= atCheckpoint + maxGrowth) return
    await sql.unsafe('CHECKPOINT')
    atCheckpoint = await sizeOf(wal)
  }

  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'Failed to make a checkpoint')
      })
      .finally(() => {
        looking = false
      })
  }, lookMs)
  timer.unref()
  return () => { clearInterval(timer) }
}
