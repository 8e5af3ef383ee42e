import type { Sql } from 'postgres'
import { DatabaseFullError } from './database.js'
import type { DiskReserve } from './disk-reserve.js'
import type { DatabaseLogger } from './logger.js'

/** Milliseconds between two looks at whether a full disk has room again. */
const CHECK_MS = 1_000

/** Keeps an embedded database alive on a full disk. */
export interface DiskGuard {
  /**
   * The disk is full: gives the reserve back to it, and turns the database read-only. Returns false where there is none
   * left.
   */
  full (): boolean
  /** Throws `DatabaseFullError` while the disk is full. */
  check (): void
  /** Tells whom to turn read-only; called once, as soon as the database answers. */
  start (sql: Sql): Promise<void>
  stop (): void
}

/**
 * PostgreSQL ends where its write-ahead log can't be written, and the embedded one takes the process with it. So a part
 * of the disk is kept in reserve: the write that finds the disk full is done all the same, on the reserve's space, and
 * from then on the database takes no more changes (SQLSTATE 25006) until the reserve can be set aside again. Reads go
 * on.
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
    logger.info({}, 'Disk has room again, taking writes')
  }

  const becomeReadOnly = (): void => {
    logger.warn({}, 'Disk is full, refusing writes until it has room')
    setReadOnly().catch((error: unknown) => { logger.warn({ err: error }, 'Failed to refuse writes') })
    timer = setInterval(() => {
      checkRoom().catch((error: unknown) => { logger.warn({ err: error }, 'Failed to take writes again') })
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
