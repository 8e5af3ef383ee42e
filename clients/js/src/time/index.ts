export { monotonicMs, readBootId } from './monotonic.js'
