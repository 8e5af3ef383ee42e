import { catalogue } from './catalogue.js'

/** Problems and error frames that only WSS1 returns. */
export const wss1Problems = catalogue({
  MOT_WSS1_NOT_A_PRODUCER: { status: 403, title: 'Not a producer', action: 'Connect with the token of a producer.' },
  MOT_WSS1_TOO_MANY_CONNECTIONS: {
    status: 429,
    title: 'Too many connections',
    action: 'Close other connections, or retry later.'
  },
  MOT_WSS1_BAD_FRAME: { status: 400, title: 'Invalid frame', action: 'Send a `data`, `batch` or `auth` frame.' }
})
