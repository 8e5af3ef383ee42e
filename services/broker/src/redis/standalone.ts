import { readUrls } from './address.js'
import { oneMaster, type Topology } from './topology.js'

/** One server at a fixed address. */
export const standaloneTopology = (url: string): Topology => {
  const { addresses, access } = readUrls(url)
  if (addresses.length !== 1) throw new TypeError('A standalone Redis has one URL')
  const masters = oneMaster(addresses[0]!)
  return { mode: 'standalone', access, discover: async () => masters, close: () => {} }
}
