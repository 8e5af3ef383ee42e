import postgres, { type Sql } from 'postgres'
import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailableError, type Database } from './database.js'
import type { DatabaseLogger } from './logger.js'
import { CLOSE_SECS, driverOptions } from './options.js'
import { createPing } from './ping.js'

/** How a PostgreSQL server is reached. */
export interface ServerOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string
  /** Most connections; 10 if not given. */
  pool?: number
  /** Most milliseconds to wait for a server that is down; 30 s if not given. */
  waitMs?: number
  logger: DatabaseLogger
}

const RETRY_MS = 250
const SAY_MS = 3000

// Wrong password, no such database or role: waiting does not help.
const isFinal = (error: unknown): boolean => /^(28|3D)/.test((error as { code?: string }).code ?? '')

const where = (url: string): string => {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port || 5432}${pathname}`
}

const why = (error: unknown): string => (error as { code?: string }).code ?? (error as Error).message

const waitFor = async (sql: Sql, { url, waitMs = 30_000, logger }: ServerOptions): Promise<void> => {
  const start = performance.now()
  let nextWord = 0
  for (;;) {
    try {
      await sql`select 1`
      return
    } catch (error) {
      const waited = performance.now() - start
      if (isFinal(error)) {
        throw new DatabaseUnavailableError(`PostgreSQL at ${where(url)} refuses: ${(error as Error).message}`, {
          cause: error
        })
      }
      if (waited >= waitMs) {
        throw new DatabaseUnavailableError(
          `PostgreSQL at ${where(url)} does not answer (${why(error)}); gave up after ${waitMs} ms`,
          { cause: error }
        )
      }
      if (waited >= nextWord) {
        logger.warn({ address: where(url), reason: why(error), wait_ms: waitMs }, 'Waiting for PostgreSQL')
        nextWord = waited + SAY_MS
      }
      await pause(Math.min(RETRY_MS, waitMs - waited))
    }
  }
}

/**
 * Opens a pool to a PostgreSQL server. A connection that breaks rejects the queries that were on it; the pool makes
 * another at the next query, within 0.5 s of the server's return.
 * Rejects with `DatabaseUnavailableError` after `waitMs`, or at once where the server refuses the user or the database.
 */
export const openServer = async (options: ServerOptions): Promise<Database> => {
  const sql = postgres(options.url, {
    ...driverOptions,
    max: options.pool ?? 10,
    connection: {
      application_name: 'motience',
      TimeZone: 'UTC',
      // A process that stopped in the middle of a transaction must not hold its locks for ever.
      idle_in_transaction_session_timeout: 60_000
    }
  }) as unknown as Sql
  try {
    await waitFor(sql, options)
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  }
  return { kind: 'postgres', sql, ping: createPing(sql), close: () => sql.end({ timeout: CLOSE_SECS }) }
}
