import type { Identity } from '@motience/kit'

/** Bounds of the connections of one process. */
export interface ConnectionLimits {
  maxConnections: number
  maxConnectionsPerUser: number
  maxConnectionsPerCredential: number
}

/** Counts the connections of the server, of each user, and of each key or sign-in. */
export class ConnectionSlots {
  readonly #limits: ConnectionLimits
  readonly #counts = new Map<string, number>()

  constructor (limits: ConnectionLimits) { this.#limits = limits }

  /** Takes a slot; returns the function that releases it, or null if the server, user or credential has no more. */
  take ({ userId, sid }: Identity): (() => void) | null {
    const { maxConnections, maxConnectionsPerUser, maxConnectionsPerCredential } = this.#limits
    const bounds: [key: string, max: number][] = [
      ['server', maxConnections], [`user ${userId}`, maxConnectionsPerUser], [`sid ${sid}`, maxConnectionsPerCredential]
    ]
    if (bounds.some(([key, max]) => (this.#counts.get(key) ?? 0) >= max)) return null
    for (const [key] of bounds) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    return () => {
      for (const [key] of bounds) {
        const left = this.#counts.get(key)! - 1
        if (left === 0) this.#counts.delete(key)
        else this.#counts.set(key, left)
      }
    }
  }
}
