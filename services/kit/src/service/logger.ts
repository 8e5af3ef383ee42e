import { pino, stdSerializers, type DestinationStream } from 'pino'
import type { Logger, ServiceId } from './service-app.js'

/** What is never written, wherever a log line has it. */
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
 * Fields of an error that may carry values of rows: PostgreSQL's `Key (name)=(…) already exists`, the line of a COPY or
 * of a function, and what the driver sent (postgres.js).
 */
const valueFields = ['detail', 'where', 'internal_query', 'query', 'parameters', 'args']

/** Takes those fields off an error as pino writes it, and off the errors in it. */
const dropValues = (written: Record<string, unknown>): Record<string, unknown> => {
  for (const field of valueFields) delete written[field]
  for (const value of Object.values(written).flat()) {
    if (typeof value === 'object' && value !== null && 'stack' in value) dropValues(value as Record<string, unknown>)
  }
  return written
}

/** An error as it is logged: as pino does, without the values of rows. What is no error stays as it is. */
const serializeError = (error: unknown): unknown => {
  // An error is written into an object of its own, which may be changed.
  const written: unknown = stdSerializers.err(error as Error)
  return written === error ? error : dropValues(written as Record<string, unknown>)
}

/**
 * The logger of a process with several services, each of which logs through `serviceLogger`: JSON lines, on standard
 * output unless told otherwise.
 */
export const createProcessLogger = (level = 'info', destination?: DestinationStream): Logger => {
  const options = { level, redact: { paths: secrets, censor: '***' }, serializers: { err: serializeError } }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** A logger whose every line carries `service`, the one field that names where a line comes from. */
export const serviceLogger = (logger: Logger, service: ServiceId | 'platform'): Logger => logger.child({ service })

/** The logger of a service that has its process for itself. */
export const createLogger = (
  service: ServiceId | 'platform',
  level = 'info',
  destination?: DestinationStream
): Logger => serviceLogger(createProcessLogger(level, destination), service)
