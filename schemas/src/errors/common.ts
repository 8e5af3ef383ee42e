import { catalogue } from './catalogue.js'

/** Problems that every service can return. */
export const commonProblems = catalogue({
  MOT_BAD_INPUT: { status: 400, title: 'Bad input', action: 'Correct the fields listed in `errors`.' },
  MOT_BAD_JSON: { status: 400, title: 'Malformed JSON', action: 'Send well-formed JSON in UTF-8.' },
  MOT_UNAUTHORIZED: { status: 401, title: 'Not authenticated', action: 'Send a valid access token or key.' },
  MOT_TOKEN_EXPIRED: { status: 401, title: 'Token expired', action: 'Refresh the token and retry.' },
  MOT_TOKEN_REVOKED: { status: 401, title: 'Token revoked', action: 'Sign in again, or use another key.' },
  MOT_FORBIDDEN: {
    status: 403,
    title: 'Not allowed',
    action: 'Use an account with the right role, or a key with the right scope.'
  },
  MOT_NOT_FOUND: { status: 404, title: 'Not found', action: 'Check the path and the ids.' },
  MOT_METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    action: 'Use one of the methods in the `Allow` header.'
  },
  MOT_TIMEOUT: { status: 408, title: 'Request timeout', action: 'Send the complete request faster.' },
  MOT_BODY_TOO_LARGE: { status: 413, title: 'Body too large', action: 'Split the request.' },
  MOT_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type', action: 'Send `application/json`.' },
  MOT_RATE_LIMITED: { status: 429, title: 'Too many requests', action: 'Retry after `Retry-After` seconds.' },
  MOT_INTERNAL: { status: 500, title: 'Internal error', action: 'Report the problem with its `request_id`.' },
  MOT_UNAVAILABLE: { status: 503, title: 'Temporarily unavailable', action: 'Retry after `Retry-After` seconds.' }
})
