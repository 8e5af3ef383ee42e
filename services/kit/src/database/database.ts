import type { Sql } from 'postgres'

/** A connection pool to PostgreSQL, or to the embedded database through the same driver. */
export interface Database {
  /** Identifies the implementation in logs and metrics. */
  readonly kind: 'embedded' | 'postgres'
  /** The driver. Name tables with their schema (`ap.users`): the embedded database has one connection for all services. */
  readonly sql: Sql
  /** Resolves if the database answers, for `/ready`. */
  ping (): Promise<void>
  close (): Promise<void>
}
