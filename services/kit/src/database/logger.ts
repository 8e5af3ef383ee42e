/** The part of a logger that a database needs; pino's and Fastify's have it. */
export interface DatabaseLogger {
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
}

/** Discards everything. */
export const silentDatabaseLogger: DatabaseLogger = { info () {}, warn () {} }
