export { monotonicMs, readBootId } from './mono.js'
