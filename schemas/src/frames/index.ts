export { MAX_RESUME_POSITIONS, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../protocol.js'
export * from './common.js'
export * from './consumer.js'
export * from './producer.js'
