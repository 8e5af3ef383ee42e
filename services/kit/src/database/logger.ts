/** What a database needs of a logger; pino's and Fastify's are such. */
export interface DatabaseLogger {
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
}

/** Says nothing. */
export const silentDatabaseLogger: DatabaseLogger = { info () {}, warn () {} }
