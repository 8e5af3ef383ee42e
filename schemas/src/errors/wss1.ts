import { catalogue } from './catalogue.js'

/** Problems and error frames that only WSS1 gives. */
export const wss1Problems = catalogue({
  MOT_WSS1_NOT_A_PRODUCER: { status: 403, title: 'Not a producer', action: 'Connect with a producer\'s token.' },
  MOT_WSS1_TOO_MANY_CONNECTIONS: { status: 429, title: 'Too many connections', action: 'Close others, or wait.' },
  MOT_WSS1_BAD_FRAME: { status: 400, title: 'Frame refused', action: 'Send a `data`, `batch` or `auth` frame.' }
})
