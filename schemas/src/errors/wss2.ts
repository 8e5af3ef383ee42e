import { catalogue } from './catalogue.js'

/** Problems and error frames that only WSS2 returns. */
export const wss2Problems = catalogue({
  MOT_WSS2_NOT_A_CONSUMER: { status: 403, title: 'Not a consumer', action: 'Connect with the token of a consumer.' },
  MOT_WSS2_TOO_MANY_CONNECTIONS: {
    status: 429,
    title: 'Too many connections',
    action: 'Close other connections, or retry later.'
  },
  MOT_WSS2_BAD_FRAME: { status: 400, title: 'Invalid frame', action: 'Send a `resume` or `auth` frame.' }
})
