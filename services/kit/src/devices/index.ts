export * from './device-reporter.js'
