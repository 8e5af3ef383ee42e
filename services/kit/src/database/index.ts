export * from './database.js'
export * from './logger.js'
export * from './migrate.js'
export * from './open-database.js'
