import { catalogue } from './catalogue.js'

/** Problems that only AP returns. */
export const apProblems = catalogue({
  MOT_AP_BAD_CREDENTIALS: {
    status: 401,
    title: 'Wrong username or password',
    action: 'Check both; which of them was wrong is not disclosed.'
  },
  MOT_AP_USERNAME_TAKEN: { status: 409, title: 'Username already taken', action: 'Choose another `username`.' },
  MOT_AP_USER_DISABLED: { status: 403, title: 'User disabled', action: 'Contact an administrator.' },
  MOT_AP_REFRESH_INVALID: { status: 401, title: 'Invalid refresh token', action: 'Sign in again.' },
  MOT_AP_REFRESH_REUSED: {
    status: 401,
    title: 'Refresh token already used',
    action: 'Sign in again; the session was revoked.'
  },
  MOT_AP_BAD_SERVICE_SECRET: { status: 401, title: 'Wrong service name or secret', action: 'Check `SERVICE_SECRET`.' },
  MOT_AP_TOO_MANY_SESSIONS: {
    status: 409,
    title: 'Too many sessions',
    action: 'End sessions that are not needed (`GET /api/sessions`), or sign in with `end_others`.'
  },
  MOT_AP_DEVICE_EXISTS: { status: 409, title: 'Device name already taken', action: 'Choose another `name`.' },
  MOT_AP_TOO_MANY_DEVICES: { status: 409, title: 'Too many devices', action: 'Delete devices that are not needed.' },
  MOT_AP_TOO_MANY_KEYS: { status: 409, title: 'Too many keys', action: 'Revoke a key that is not needed.' },
  MOT_AP_TOO_MANY_CLAIMS: { status: 409, title: 'Too many claim codes', action: 'Wait until some have expired.' },
  MOT_AP_CLAIM_INVALID: {
    status: 404,
    title: 'Invalid claim code',
    action: 'Make a new code; it was mistyped, has expired or is used up.'
  }
})
