import type { Access, Address } from './address.js'

/** The current masters, and which of them has a slot. */
export interface Masters {
  addresses: readonly Address[]
  /** Index in `addresses` of the server of a key, or undefined if there is none. */
  ownerOf (key: string): number | undefined
}

/**
 * How to find the servers: a fixed address, by asking Sentinels, or from a Cluster's map. `discover` rejects with
 * `BrokerUnavailableError` if no server can tell.
 */
export interface Topology {
  /** For logs. */
  readonly mode: 'standalone' | 'sentinel' | 'cluster'
  /** How to log in to the servers. */
  readonly access: Access
  discover (): Promise<Masters>
  close (): void
}

/** One server with all keys. */
export const oneMaster = (address: Address): Masters => ({ addresses: [address], ownerOf: () => 0 })
