export { startPlatform, type Platform } from './start-platform.js'
