import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import type { DatabaseLogger } from './logger.js'

/** Milliseconds between checks of the write-ahead log's size. */
const CHECK_MS = 10_000

/** Bytes by which the log's files may grow before a checkpoint lets PostgreSQL reuse them. */
const MAX_GROWTH = 48 * 1_048_576

const sizeOf = async (folder: string): Promise<number> => {
  const sizes = await Promise.all((await readdir(folder)).map(async name => {
    const file = await stat(join(folder, name)).catch(() => null)
    return file?.isFile() === true ? file.size : 0
  }))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * Makes the checkpoints of an embedded database, which has no checkpointer, so that its write-ahead log does not grow
 * without limit. Returns a function that stops them.
 */
export const startCheckpoints = (
  sql: Sql, folder: string, logger: DatabaseLogger, { checkMs = CHECK_MS, maxGrowth = MAX_GROWTH } = {}
): (() => void) => {
  const wal = join(folder, 'pg_wal')
  let atCheckpoint: number | null = null
  let checking = false

  const check = async (): Promise<void> => {
    const size = await sizeOf(wal)
    if (atCheckpoint !== null && size <= atCheckpoint + maxGrowth) return
    await sql.unsafe('CHECKPOINT')
    atCheckpoint = await sizeOf(wal)
  }

  const timer = setInterval(() => {
    if (checking) return
    checking = true
    check()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'Failed to make a checkpoint')
      })
      .finally(() => {
        checking = false
      })
  }, checkMs)
  timer.unref()
  return () => { clearInterval(timer) }
}
