export * from './outbox.js'
