export * from './both.js'
export * from './consumer.js'
export * from './producer.js'

/** The WebSocket subprotocol; with `token.<jwt>` beside it, the token. */
export const SUBPROTOCOL = 'motience.v1'
export const TOKEN_SUBPROTOCOL_PREFIX = 'token.'
