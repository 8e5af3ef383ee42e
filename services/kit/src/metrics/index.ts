export * from './dependencies.js'
export * from './http.js'
export * from './metrics.js'
export * from './registry.js'
