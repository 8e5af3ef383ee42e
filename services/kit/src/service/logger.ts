import { pino, stdSerializers, type DestinationStream } from 'pino'
import type { Logger, ServiceId } from './service-app.js'

/** Fields that are never logged, at any level of a log line. */
const secrets = [
  'token',
  'password',
  'secret',
  'authorization',
  'payload',
  'access_token',
  'refresh_token',
  '*.token',
  '*.password',
  '*.secret',
  '*.authorization',
  '*.payload',
  '*.access_token',
  '*.refresh_token',
  'headers.authorization',
  'req.headers.authorization',
  'headers["sec-websocket-protocol"]',
  'req.headers["sec-websocket-protocol"]'
]

/**
 * Fields of an error that may contain values of rows: PostgreSQL's `Key (name)=(…) already exists`, the line of a COPY
 * or of a function, and the driver's query (postgres.js).
 */
const valueFields = ['detail', 'where', 'internal_query', 'query', 'parameters', 'args']

/** Removes those fields from a serialised error and the errors in it. */
const dropValues = (written: Record<string, unknown>): Record<string, unknown> => {
  for (const field of valueFields) delete written[field]
  for (const value of Object.values(written).flat()) {
    if (typeof value === 'object' && value !== null && 'stack' in value) dropValues(value as Record<string, unknown>)
  }
  return written
}

/** Serialises an error like pino, without values of rows. Other values stay unchanged. */
const serializeError = (error: unknown): unknown => {
  // The serialised error is a new object, which may be changed.
  const written: unknown = stdSerializers.err(error as Error)
  return written === error ? error : dropValues(written as Record<string, unknown>)
}

/**
 * The logger of a process with several services, each of which logs through `serviceLogger`: JSON lines, on standard
 * output by default.
 */
export const createProcessLogger = (level = 'info', destination?: DestinationStream): Logger => {
  const options = { level, redact: { paths: secrets, censor: '***' }, serializers: { err: serializeError } }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** A logger whose lines have the field `service`, the only one that says where a line comes from. */
export const serviceLogger = (logger: Logger, service: ServiceId | 'platform'): Logger => logger.child({ service })

/** The logger of a service in a process of its own. */
export const createLogger = (
  service: ServiceId | 'platform',
  level = 'info',
  destination?: DestinationStream
): Logger => serviceLogger(createProcessLogger(level, destination), service)
