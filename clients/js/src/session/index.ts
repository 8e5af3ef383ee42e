export * from './backoff.js'
export * from './rest.js'
export * from './tokens.js'
export { urlFault } from './url-fault.js'
