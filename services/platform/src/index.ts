export { runPlatform } from './run-platform.js'
export { startPlatform, type Platform } from './start-platform.js'
