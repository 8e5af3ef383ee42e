export { MAX_RESUME_POSITIONS, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../protocol.js'
export * from './both.js'
export * from './consumer.js'
export * from './producer.js'
