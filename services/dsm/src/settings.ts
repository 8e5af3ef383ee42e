/** How much history is kept; null for no limit. */
export interface Retention { ageDays: number | null, bytes: number | null }

/** DSM's settings, and limits that tests lower. */
export interface DsmSettings {
  /** Whether messages are stored in PostgreSQL before they are acknowledged. */
  persist: boolean
  retention: Retention
  /** Maximum payload size (JSON text), in bytes. */
  maxPayload: number
  /** Maximum messages that wait for the broker and the database; further ones are answered with 503. */
  maxPending: number
  /** Number of subscribers from which a message is published once, on the producer's channel. */
  wideList: number
  /** Maximum milliseconds that a message waits for subscribers, broker and new epoch. */
  acceptDeadlineMs: number
  /** Maximum milliseconds that a message waits for its commit before it is answered with 503. */
  commitDeadlineMs: number
  /** Milliseconds before checking that what another instance accepted was stored. */
  completionDelayMs: number
  /** Maximum idle lanes in memory; the least recently used is dropped first. */
  maxIdleLanes: number
  /** Milliseconds between rounds of maintenance: partitions, retention, completing and trimming logs. */
  maintenanceMs: number
}

export const defaultDsmSettings: DsmSettings = {
  persist: true,
  retention: { ageDays: 30, bytes: null },
  maxPayload: 65_536,
  maxPending: 20_000,
  wideList: 16,
  acceptDeadlineMs: 5_000,
  commitDeadlineMs: 10_000,
  completionDelayMs: 2_000,
  maxIdleLanes: 10_000,
  maintenanceMs: 600_000
}

const units: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 }

/** Reads `DSM_RETENTION`: `30d`, `50GB`, `30d,50GB`, or '' for unlimited. Throws a RangeError for anything else. */
export const parseRetention = (text: string): Retention => {
  const match = /^(?:([1-9]\d{0,4})d)?(?:,?([1-9]\d{0,5})(MB|GB|TB))?$/.exec(text)
  if (match === null) throw new RangeError(`Invalid retention, expected for example 30d, 50GB or 30d,50GB: ${text}`)
  return {
    ageDays: match[1] === undefined ? null : Number(match[1]),
    bytes: match[2] === undefined ? null : Number(match[2]) * units[match[3]!]!
  }
}
