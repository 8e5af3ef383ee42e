export * from './consumer/index.js'
export * from './producer/index.js'
export * from './session/index.js'
