/** Close codes of both WebSocket servers: RFC 6455 below 4000, platform-specific from 4000. */
export const closeCodes = {
  goingAway: 1001,
  badData: 1007,
  tooBig: 1009,
  internal: 1011,
  tokenInvalid: 4001,
  forbidden: 4003,
  tooSlow: 4008,
  noHeartbeat: 4009,
  tooMany: 4029
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

/** How a client should react to a close code: `stop`, `login` for a new token first, or `reconnect` with back-off. */
export const afterClose = (code: number): 'stop' | 'login' | 'reconnect' => {
  switch (code) {
    case closeCodes.forbidden:
    case closeCodes.badData:
    case closeCodes.tooBig:
      return 'stop'
    case closeCodes.tokenInvalid:
      return 'login'
    default:
      return 'reconnect'
  }
}
