import type { Sql } from 'postgres'

/** A connection pool to PostgreSQL, or to the embedded database through the same driver. */
export interface Database {
  /** Identifies the implementation in logs and metrics. */
  readonly kind: 'embedded' | 'postgres'
  /**
   * The driver. Name tables with their schema (`ap.users`): the embedded database has one connection for all services.
   * `int8` arrives as a JS number (an unsafe one rejects), `timestamptz` and `timestamp` as RFC 3339 text in UTC with
   * milliseconds, `date` and `numeric` as PostgreSQL's own text. See `driverTypes`.
   */
  readonly sql: Sql
  /** Resolves if the database responds within 2 s, for `/ready`; rejects with `DatabaseUnavailableError`. */
  ping (): Promise<void>
  /** Closes all connections after their running queries; those still running after 5 s are cancelled. */
  close (): Promise<void>
}

/** The database could not be reached in time. The message contains no password. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError'
}

/** The embedded database is read-only because its disk is full. The message may be shown to anyone. */
export class DatabaseFullError extends DatabaseUnavailableError {
  override name = 'DatabaseFullError'
}

/** A folder of the embedded database is in use by another process, or was opened twice in this one. */
export class DataDirInUseError extends Error {
  override name = 'DataDirInUseError'
}

/**
 * Mean event-loop delay in milliseconds above which a service on this database sheds load; 0 for never. The embedded
 * database runs in the service's own thread, where one long query is no overload.
 */
export const maxLoopDelayMs = ({ kind }: Pick<Database, 'kind'>): number => kind === 'embedded' ? 0 : 3_000
