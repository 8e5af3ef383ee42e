import { driverTypes } from './driver-types.js'

/** What the driver is given for either kind of database. */
export const driverOptions = {
  types: driverTypes,
  // Notices ("relation exists, skipping") say nothing to whoever runs the platform.
  onnotice: () => {},
  connect_timeout: 5,
  // The driver's own backoff grows to 20 s, which is long after PostgreSQL has come back.
  backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 0.5)
}

/** Seconds that `close()` leaves to queries that run. */
export const CLOSE_SECS = 5
