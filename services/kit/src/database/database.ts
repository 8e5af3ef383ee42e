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
  /** Resolves if the database answers within 2 s, for `/ready`; rejects with `DatabaseUnavailableError`. */
  ping (): Promise<void>
  /** Ends every connection, after the queries that run; those that still run after 5 s are cut off. */
  close (): Promise<void>
}

/** Rejected with this where the database can't be reached in time. The message tells no password. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError'
}

/**
 * Rejected with this while the embedded database takes no changes, since its disk is full. The message may be shown to
 * anyone.
 */
export class DatabaseFullError extends DatabaseUnavailableError {
  override name = 'DatabaseFullError'
}

/** Thrown where a folder of the embedded database is held by another process, or opened twice in this one. */
export class DataDirInUseError extends Error {
  override name = 'DataDirInUseError'
}

/**
 * Mean milliseconds of event-loop delay past which a service on this database sheds load; 0 for never. The embedded
 * database works in the service's own thread, where one long query is no overload.
 */
export const maxLoopDelayMs = ({ kind }: Pick<Database, 'kind'>): number => kind === 'embedded' ? 0 : 3_000
