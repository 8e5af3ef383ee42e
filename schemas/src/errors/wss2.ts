import { catalogue } from './catalogue.js'

/** Problems and error frames that only WSS2 gives. */
export const wss2Problems = catalogue({
  MOT_WSS2_NOT_A_CONSUMER: { status: 403, title: 'Not a consumer', action: 'Connect with a consumer\'s token.' },
  MOT_WSS2_TOO_MANY_CONNECTIONS: { status: 429, title: 'Too many connections', action: 'Close others, or wait.' },
  MOT_WSS2_BAD_FRAME: { status: 400, title: 'Frame refused', action: 'Send a `resume` or `auth` frame.' }
})
