export * from './clients.js'
export * from './internal-call.js'
