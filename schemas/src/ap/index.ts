export * from './auth.js'
export * from './devices.js'
export * from './keys.js'
export * from './user.js'
