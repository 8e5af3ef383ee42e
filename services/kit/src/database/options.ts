import { driverTypes } from './driver-types.js'

/** Options of the driver for both kinds of database. */
export const driverOptions = {
  types: driverTypes,
  // Notices ("relation exists, skipping") are of no use to operators.
  onnotice: () => {},
  connect_timeout: 5,
  // The driver's own back-off grows to 20 s, long after PostgreSQL is available again.
  backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 0.5)
}

/** Seconds that `close()` waits for running queries. */
export const CLOSE_SECS = 5
