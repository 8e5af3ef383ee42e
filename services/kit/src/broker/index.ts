export * from './broker.js'
export * from './memory/memory-broker.js'
