/**
 * The WebSocket protocol's constants, and what reads texts exactly, without its schemas: `@motience/schemas/protocol`.
 * Clients that check nothing, in browsers above all, need neither TypeBox nor a bundler that gets rid of it.
 */
export { afterClose, closeCodes, type CloseCode } from './close-codes.js'
export { listItems } from './json/list-items.js'
export { payloadOf } from './payload.js'
export * from './position.js'

/** The WebSocket subprotocol; with `token.<jwt>` beside it, the token. */
export const SUBPROTOCOL = 'motience.v1'
export const TOKEN_SUBPROTOCOL_PREFIX = 'token.'
/** Most positions in one `resume` frame; a consumer with more sends several frames, all but the last with `more`. */
export const MAX_RESUME_POSITIONS = 1000
