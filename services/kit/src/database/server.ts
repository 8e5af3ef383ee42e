import postgres, { type Sql } from 'postgres'
import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailableError, type Database } from './database.js'
import type { DatabaseLogger } from './logger.js'
import { CLOSE_SECS, driverOptions } from './options.js'
import { createPing } from './ping.js'

/** How to connect to a PostgreSQL server. */
export interface ServerOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string
  /** Maximum number of connections; 10 by default. */
  pool?: number
  /** Maximum time to wait for a server that is down, in milliseconds; 30 s by default. */
  waitMs?: number
  logger: DatabaseLogger
}

const RETRY_MS = 250
const SAY_MS = 3000

// Wrong password, no such database or role: retrying does not help.
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
        throw new DatabaseUnavailableError(
          `PostgreSQL at ${where(url)} refused the connection: ${(error as Error).message}`,
          { cause: error }
        )
      }
      if (waited >= waitMs) {
        throw new DatabaseUnavailableError(
          `PostgreSQL at ${where(url)} is unavailable (${why(error)}); gave up after ${waitMs} ms`,
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
 * Opens a pool to a PostgreSQL server. A broken connection rejects its queries; the pool opens another one for the next
 * query, within 0.5 s after the server is back. Rejects with `DatabaseUnavailableError` after `waitMs`, or immediately
 * if the server refuses the user or the database.
 */
export const openServer = async (options: ServerOptions): Promise<Database> => {
  const sql = postgres(options.url, {
    ...driverOptions,
    max: options.pool ?? 10,
    connection: {
      application_name: 'motience',
      TimeZone: 'UTC',
      // A suspended process must not hold its transaction's locks forever.
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
