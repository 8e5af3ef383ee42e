export * from './fake-ap.js'
export * from './servers.js'
export * from './stores.js'
export * from './wait-for.js'
