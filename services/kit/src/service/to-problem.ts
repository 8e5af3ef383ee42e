import { BrokerUnavailableError } from '@motience/broker'
import { ProblemError } from './problem-error.js'

/** Codes of the driver (postgres.js), PostgreSQL (SQLSTATE) and the system for temporary failures. */
const temporaryFailures = new Set([
  'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT',
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN',
  '57P01', '57P02', '57P03', '25006', '53100', '53200', '53300', '08000', '08001', '08003', '08004', '08006'
])

const fastifyCodes: Record<string, ConstructorParameters<typeof ProblemError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['MOT_BAD_JSON', 'The body is not well-formed JSON, or has a key that is not allowed'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'MOT_BAD_JSON',
    'The body is empty; with `content-type: application/json` it must be JSON'
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['MOT_BAD_INPUT', 'The body is not as long as `content-length` says'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['MOT_BODY_TOO_LARGE'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['MOT_UNSUPPORTED_MEDIA_TYPE'],
  FST_ERR_BAD_URL: ['MOT_BAD_INPUT', 'The URL is not well-formed'],
  FST_ERR_MAX_PARAM_LENGTH: ['MOT_BAD_INPUT', 'A part of the path is too long']
}

const byStatus = (status: number, cause: unknown): ProblemError => {
  switch (status) {
    case 401: return new ProblemError('MOT_UNAUTHORIZED', undefined, { cause })
    case 403: return new ProblemError('MOT_FORBIDDEN', undefined, { cause })
    case 404: return new ProblemError('MOT_NOT_FOUND', undefined, { cause })
    case 405: return new ProblemError('MOT_METHOD_NOT_ALLOWED', undefined, { cause })
    case 408: return new ProblemError('MOT_TIMEOUT', undefined, { cause })
    case 413: return new ProblemError('MOT_BODY_TOO_LARGE', undefined, { cause })
    case 415: return new ProblemError('MOT_UNSUPPORTED_MEDIA_TYPE', undefined, { cause })
    case 429: return new ProblemError('MOT_RATE_LIMITED', undefined, { cause })
    case 503: return new ProblemError('MOT_UNAVAILABLE', undefined, { cause, retryAfterSecs: 1 })
    default:
      return status >= 400 && status < 500
        ? new ProblemError('MOT_BAD_INPUT', undefined, { cause })
        : new ProblemError('MOT_INTERNAL', undefined, { cause })
  }
}

/**
 * Converts an error to a problem. An unknown one becomes `MOT_INTERNAL`, whose document says nothing about it; a
 * dependency that can't be reached becomes `MOT_UNAVAILABLE`. The error itself is kept as `cause`, for the log.
 */
export const toProblem = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error
  if (error instanceof BrokerUnavailableError) {
    return new ProblemError('MOT_UNAVAILABLE', undefined, { cause: error, retryAfterSecs: 1 })
  }
  const { code, statusCode } = (error ?? {}) as { code?: unknown, statusCode?: unknown }
  if (typeof code === 'string') {
    const known = fastifyCodes[code]
    if (known !== undefined) return new ProblemError(known[0], known[1], { cause: error })
    // Fastify sets a status for requests whose client disconnected, too: that is no failure of a dependency.
    const ofClient = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    if (temporaryFailures.has(code) && !ofClient) {
      return new ProblemError('MOT_UNAVAILABLE', undefined, { cause: error, retryAfterSecs: 1 })
    }
  }
  return byStatus(typeof statusCode === 'number' ? statusCode : 500, error)
}
