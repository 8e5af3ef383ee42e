/** How much history is kept; null for no bound. */
export interface Retention { ageDays: number | null, bytes: number | null }

/** What DSM's operator decides, and bounds that tests make smaller. */
export interface DsmSettings {
  /** Whether messages are kept in PostgreSQL, and acked only then. */
  persist: boolean
  retention: Retention
  /** Most bytes of one payload's JSON text. */
  maxPayload: number
  /** Most messages that wait for the broker and the database; past it the answer is 503. */
  maxPending: number
  /** Subscribers from which a message is published once, on the producer's channel. */
  wideList: number
  /** Most milliseconds that a message waits for subscribers, broker and verification. */
  acceptDeadlineMs: number
  /** Most milliseconds that a message waits for its commit; then the answer is 503. */
  commitDeadlineMs: number
  /** Milliseconds after which it is checked whether what another instance accepted was stored. */
  repairDelayMs: number
  /** Most producers whose lanes are kept while they are idle; the one unused longest goes first. */
  maxIdleLanes: number
  /** Milliseconds between rounds of upkeep: partitions, retention, the logs' ends. */
  upkeepMs: number
}

export const defaultDsmSettings: DsmSettings = {
  persist: true,
  retention: { ageDays: 30, bytes: null },
  maxPayload: 65_536,
  maxPending: 20_000,
  wideList: 16,
  acceptDeadlineMs: 5_000,
  commitDeadlineMs: 10_000,
  repairDelayMs: 2_000,
  maxIdleLanes: 10_000,
  upkeepMs: 600_000
}

const units: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 }

/** Reads `DSM_RETENTION`: `30d`, `50GB`, `30d,50GB`, or '' for ever. Throws a RangeError for anything else. */
export const parseRetention = (text: string): Retention => {
  const match = /^(?:([1-9]\d{0,4})d)?(?:,?([1-9]\d{0,5})(MB|GB|TB))?$/.exec(text)
  if (match === null) throw new RangeError(`Not a retention such as 30d, 50GB or 30d,50GB: ${text}`)
  return {
    ageDays: match[1] === undefined ? null : Number(match[1]),
    bytes: match[2] === undefined ? null : Number(match[2]) * units[match[3]!]!
  }
}
