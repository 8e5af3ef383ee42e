import type { Access, Address } from './address.js'

/** The servers that take writes now, and which of them holds a slot. */
export interface Masters {
  addresses: readonly Address[]
  /** Index in `addresses` of the server that holds a key, or undefined where none does. */
  ownerOf (key: string): number | undefined
}

/**
 * How the servers are found: a fixed address, by asking Sentinels, or from a Cluster's own map.
 * `discover` rejects with `BrokerUnavailableError` where nobody can tell.
 */
export interface Topology {
  /** For what is told in logs. */
  readonly mode: 'standalone' | 'sentinel' | 'cluster'
  /** How to log in to the servers that are found. */
  readonly access: Access
  discover (): Promise<Masters>
  close (): void
}

/** One server that holds every key. */
export const oneMaster = (address: Address): Masters => ({ addresses: [address], ownerOf: () => 0 })
