export * from './stores/databases.js'
export * from './stores/brokers.js'
