import { pino, type DestinationStream } from 'pino'
import type { Logger } from './service-app.js'

/** What is never written, wherever a log line has it. */
const secrets = [
  'token', 'password', 'secret', 'authorization', 'payload', 'access_token', 'refresh_token',
  '*.token', '*.password', '*.secret', '*.authorization', '*.payload', '*.access_token', '*.refresh_token',
  'headers.authorization', 'req.headers.authorization', 'headers["sec-websocket-protocol"]', 'req.headers["sec-websocket-protocol"]'
]

/** The logger of a service: JSON lines with the service's name, on standard output unless told otherwise. */
export const createLogger = (service: string, level = 'info', destination?: DestinationStream): Logger => {
  const options = { name: service, level, redact: { paths: secrets, censor: '***' } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
