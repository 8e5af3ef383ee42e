export * from './stores/databases.js'
export * from './stores/brokers.js'
export * from './stores/embedded-image.js'
