/** The part of a logger that the broker needs; pino's and Fastify's have it. */
export interface BrokerLogger {
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
}

/** Discards everything. */
export const silentLogger: BrokerLogger = { info () {}, warn () {}, error () {} }
