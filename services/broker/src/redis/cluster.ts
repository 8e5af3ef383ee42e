import { BrokerUnavailableError } from '../broker.js'
import { type Address, addressName, readUrls } from './address.js'
import { createPeer, type Peer } from './peer.js'
import { SLOTS, slotOf } from './slots.js'
import type { Masters, Topology } from './topology.js'

/** Parses the reply to CLUSTER SLOTS: `[first slot, last slot, [master's host, port, …], replicas…]` for each range. */
export const readSlots = (reply: unknown, askedHost: string): Masters => {
  if (!Array.isArray(reply)) throw new BrokerUnavailableError('Invalid reply to CLUSTER SLOTS')
  const addresses: Address[] = []
  const indexes = new Map<string, number>()
  const owners = new Int16Array(SLOTS).fill(-1)
  for (const [first, last, [host, port]] of reply as [number, number, [string | null, number]][]) {
    // A server that doesn't know its own address leaves it out: then it is the one that was asked.
    const address = { host: host === null || host === '' ? askedHost : host, port }
    const name = addressName(address)
    let index = indexes.get(name)
    if (index === undefined) {
      index = addresses.push(address) - 1
      indexes.set(name, index)
    }
    owners.fill(index, first, last + 1)
  }
  return {
    addresses,
    ownerOf (key) {
      const owner = owners[slotOf(key)]!
      return owner === -1 ? undefined : owner
    }
  }
}

/**
 * The masters of a Cluster, by its map of slots. The first server that responds is asked again next time; one that
 * considers the Cluster down is skipped if another one doesn't.
 */
export const clusterTopology = (url: string, timeoutMs: number): Topology => {
  const { addresses, access } = readUrls(url)
  if (access.database !== undefined) throw new TypeError('A Redis Cluster has only the database 0')
  /** In the order in which they are asked. */
  let peers: { peer: Peer, host: string }[] = []

  /** Keeps the servers to ask from now on: the masters of the latest map, and the configured ones. */
  const remember = (found: readonly Address[]): void => {
    const wanted = new Map([...found, ...addresses].map(address => [addressName(address), address]))
    for (const { peer } of peers) {
      if (!wanted.delete(peer.name)) peer.close()
    }
    const known = new Set([...found, ...addresses].map(addressName))
    const added = [...wanted.values()].map(address => ({
      peer: createPeer(address, [access], timeoutMs),
      host: address.host
    }))
    peers = [...peers.filter(({ peer }) => known.has(peer.name)), ...added]
  }
  remember([])

  const ask = async ({ peer, host }: { peer: Peer, host: string }): Promise<Masters> => {
    const [info, slots] = await Promise.all([peer.ask(['CLUSTER', 'INFO']), peer.ask(['CLUSTER', 'SLOTS'])])
    if (!String(info).includes('cluster_state:ok')) {
      throw new BrokerUnavailableError(`The Cluster is down according to ${peer.name}`)
    }
    return readSlots(slots, host)
  }

  return {
    mode: 'cluster',
    access,
    async discover () {
      let failure: unknown
      for (const candidate of [...peers]) {
        try {
          const masters = await ask(candidate)
          remember(masters.addresses)
          return masters
        } catch (error) {
          failure = error
          peers = [...peers.filter(other => other !== candidate), candidate]
        }
      }
      throw new BrokerUnavailableError('No server of the Cluster returned its slots', { cause: failure })
    },
    close () {
      for (const { peer } of peers) peer.close()
    }
  }
}
