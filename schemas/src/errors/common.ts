import { catalogue } from './catalogue.js'

/** Problems that any service can answer. */
export const commonProblems = catalogue({
  MOT_BAD_INPUT: { status: 400, title: 'Bad input', action: 'Correct what `errors` names.' },
  MOT_BAD_JSON: { status: 400, title: 'Not JSON', action: 'Send well-formed JSON in UTF-8.' },
  MOT_UNAUTHORIZED: { status: 401, title: 'Not signed in', action: 'Send a valid access token.' },
  MOT_TOKEN_EXPIRED: { status: 401, title: 'Token expired', action: 'Refresh the token and repeat the call.' },
  MOT_TOKEN_REVOKED: { status: 401, title: 'Token revoked', action: 'Sign in again.' },
  MOT_FORBIDDEN: { status: 403, title: 'Not allowed', action: 'Use an account with the right role.' },
  MOT_NOT_FOUND: { status: 404, title: 'Not found', action: 'Check the path and the ids.' },
  MOT_METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', action: 'Use a method that `Allow` lists.' },
  MOT_TIMEOUT: { status: 408, title: 'Request too slow', action: 'Send the whole request sooner.' },
  MOT_BODY_TOO_LARGE: { status: 413, title: 'Body too large', action: 'Send less at once.' },
  MOT_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type', action: 'Send `application/json`.' },
  MOT_RATE_LIMITED: { status: 429, title: 'Too many requests', action: 'Wait for `Retry-After` seconds.' },
  MOT_INTERNAL: { status: 500, title: 'Internal error', action: 'Report the request id.' },
  MOT_UNAVAILABLE: { status: 503, title: 'Not available now', action: 'Repeat the call after `Retry-After` seconds.' }
})
