/**
 * The constants of the WebSocket protocol and the exact JSON readers, without the schemas:
 * `@motience/schemas/protocol`. Clients that validate nothing, browsers above all, need neither TypeBox nor a bundler
 * that removes it.
 */
export { afterClose, closeCodes, type CloseCode } from './close-codes.js'
export { listItems } from './json/list-items.js'
export { payloadOf } from './payload.js'
export * from './position.js'

/** The WebSocket subprotocol; a second one, `token.<jwt>`, carries the access token. */
export const SUBPROTOCOL = 'motience.v1'
export const TOKEN_SUBPROTOCOL_PREFIX = 'token.'
/** Maximum number of positions in a `resume` frame; for more, send several, all but the last with `more`. */
export const MAX_RESUME_POSITIONS = 1000
