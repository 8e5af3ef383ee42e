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
  MOT_AP_BAD_SERVICE_SECRET: { status: 401, title: 'Wrong service name or secret', action: 'Check `SERVICE_SECRET`.' }
})
