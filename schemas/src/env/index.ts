export * from './agent.js'
export * from './common.js'
export * from './services.js'
export * from './web.js'
