import type { Sql } from 'postgres'
import { DatabaseFullError } from './database.js'
import type { DiskReserve } from './disk-reserve.js'
import type { DatabaseLogger } from './logger.js'

/** Milliseconds between checks whether a full disk has space again. */
const CHECK_MS = 1_000

/** Keeps an embedded database alive on a full disk. */
export interface DiskGuard {
  /**
   * The disk is full: frees the reserve and makes the database read-only. Returns false if there is no reserve left.
   */
  full (): boolean
  /** Throws `DatabaseFullError` while the disk is full. */
  check (): void
  /** Sets the database to make read-only; called once, as soon as it responds. */
  start (sql: Sql): Promise<void>
  stop (): void
}

/**
 * PostgreSQL exits if it can't write its write-ahead log, and the embedded one exits with the whole process. So a part
 * of the disk is reserved: the write that finds the disk full still succeeds, on the reserve's space, and from then on
 * the database rejects changes (SQLSTATE 25006) until the reserve can be allocated again. Reads still work.
 */
export const createDiskGuard = (reserve: DiskReserve, logger: DatabaseLogger): DiskGuard => {
  let isFull = !reserve.restore()
  let sql: Sql | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const setReadOnly = async (): Promise<void> => {
    await sql?.unsafe(`SET default_transaction_read_only = ${isFull ? 'on' : 'off'}`)
  }

  const checkRoom = async (): Promise<void> => {
    if (closed || !reserve.restore()) return
    clearInterval(timer)
    isFull = false
    await setReadOnly()
    logger.info({}, 'Disk has space again, accepting writes')
  }

  const becomeReadOnly = (): void => {
    logger.warn({}, 'Disk full, refusing writes')
    setReadOnly().catch((error: unknown) => { logger.warn({ err: error }, 'Failed to refuse writes') })
    timer = setInterval(() => {
      checkRoom().catch((error: unknown) => { logger.warn({ err: error }, 'Failed to accept writes again') })
    }, CHECK_MS)
    timer.unref()
  }

  return {
    full () {
      if (!reserve.held) return false
      reserve.release()
      isFull = true
      becomeReadOnly()
      return true
    },
    check () {
      if (isFull) throw new DatabaseFullError('The disk of the embedded database is full')
    },
    async start (opened) {
      sql = opened
      if (!isFull) return
      becomeReadOnly()
      await setReadOnly()
    },
    stop () {
      closed = true
      clearInterval(timer)
    }
  }
}
