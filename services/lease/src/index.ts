export type { Holder } from './holder.js'
export { acquireLease, LeaseHeldError, type LeaseOptions } from './lease.js'
export type { Lease } from './renewal.js'
