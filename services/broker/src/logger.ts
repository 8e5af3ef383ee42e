/** What the broker needs of a logger; pino's and Fastify's are such. */
export interface BrokerLogger {
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
}

/** Says nothing. */
export const silentLogger: BrokerLogger = { info () {}, warn () {}, error () {} }
