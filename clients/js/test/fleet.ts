import { createBackoff } from '../src/session/backoff.js'

/** How a fleet comes back after an outage. */
export interface FleetReturn {
  /** Connections made in each second, from the first to the last. */
  perSecond: number[]
  peak: number
  mean: number
  /** Attempts in the fullest second of the outage, all of which failed. */
  peakAttempts: number
}

export interface FleetOptions {
  agents: number
  outageSecs: number
  /**
   * Seconds until an attempt is known to have failed: none where the port is closed, the agent's timeout where packets
   * are dropped.
   */
  failAfterSecs: number
  random: () => number
}

/**
 * Follows every agent's own back-off on a virtual clock: all lose their connection at 0, and the platform is back after
 * the outage.
 */
export const simulateFleet = ({ agents, outageSecs, failAfterSecs, random }: FleetOptions): FleetReturn => {
  const connected: number[] = []
  const attempts: number[] = []
  for (let i = 0; i < agents; i++) {
    let at = 0
    const backoff = createBackoff({ random, now: () => at * 1000 })
    at = backoff.next() / 1000
    while (at < outageSecs) {
      attempts[Math.floor(at)] = (attempts[Math.floor(at)] ?? 0) + 1
      at += failAfterSecs
      at += backoff.next() / 1000
    }
    connected.push(at)
  }
  const first = Math.floor(connected.reduce((a, b) => Math.min(a, b)))
  const last = Math.floor(connected.reduce((a, b) => Math.max(a, b)))
  const perSecond = Array.from({ length: last - first + 1 }, () => 0)
  for (const at of connected) perSecond[Math.floor(at) - first]!++
  return {
    perSecond,
    peak: perSecond.reduce((a, b) => Math.max(a, b)),
    mean: agents / perSecond.length,
    peakAttempts: attempts.reduce((a, b) => Math.max(a, b), 0)
  }
}
