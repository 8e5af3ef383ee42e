import { catalogue } from './catalogue.js'

/** Problems that only AP answers. */
export const apProblems = catalogue({
  MOT_AP_BAD_CREDENTIALS: {
    status: 401,
    title: 'Wrong name or password',
    action: 'Check both; the answer does not tell which was wrong.'
  },
  MOT_AP_USERNAME_TAKEN: { status: 409, title: 'The name is taken', action: 'Choose another `username`.' },
  MOT_AP_USER_DISABLED: { status: 403, title: 'The user is disabled', action: 'Ask an administrator.' },
  MOT_AP_REFRESH_INVALID: { status: 401, title: 'The refresh token is not valid', action: 'Sign in again.' },
  MOT_AP_REFRESH_REUSED: {
    status: 401,
    title: 'The refresh token was spent',
    action: 'Sign in again: the whole session was revoked.'
  },
  MOT_AP_BAD_SERVICE_SECRET: { status: 401, title: 'Wrong service or secret', action: 'Check `SERVICE_SECRET`.' }
})
