import { setTimeout as pause } from 'node:timers/promises'
import { BrokerUnavailableError } from '../broker.js'
import { type Address, readUrls } from './address.js'
import { createPeer, type Peer } from './peer.js'
import { oneMaster, type Topology } from './topology.js'

const SENTINEL_PORT = 26_379

/** Maximum time for the other Sentinels to respond after the first one, in milliseconds. */
const GRACE_MS = 200

interface Answer { address: Address, configEpoch: number }

/** Parses the reply to SENTINEL MASTER: a map (RESP3), or a list of names and values. */
const readAnswer = (reply: unknown): Answer | null => {
  const pairs = Array.isArray(reply)
    ? reply.flatMap((name, i) => i % 2 === 0 ? [[String(name), reply[i + 1]] as const] : [])
    : Object.entries(reply ?? {})
  const fields = new Map<string, unknown>(pairs)
  const host = fields.get('ip')
  const port = Number(fields.get('port'))
  if (typeof host !== 'string' || !Number.isInteger(port)) return null
  return { address: { host, port }, configEpoch: Number(fields.get('config-epoch')) }
}

/**
 * The master according to the Sentinels. All are asked, and the reply with the highest configuration epoch counts: an
 * isolated one may still report a former master.
 */
export const sentinelTopology = (url: string, sentinelName: string, timeoutMs: number): Topology => {
  const { addresses, access } = readUrls(url, SENTINEL_PORT)
  const noLogin = { tls: access.tls, ca: access.ca }
  const accesses = access.password === undefined ? [noLogin] : [{ ...access, database: undefined }, noLogin]
  const peers = addresses.map(address => createPeer(address, accesses, timeoutMs))

  const askAll = async (): Promise<Answer[]> => {
    const answers: Answer[] = []
    const ask = async (peer: Peer): Promise<void> => {
      const answer = readAnswer(await peer.ask(['SENTINEL', 'MASTER', sentinelName]))
      if (answer === null) {
        throw new BrokerUnavailableError(`The Sentinel at ${peer.name} does not know the master ${sentinelName}`)
      }
      answers.push(answer)
    }
    const asked = peers.map(ask)
    const all = Promise.allSettled(asked)
    try {
      await Promise.any(asked)
    } catch (error) {
      const [first] = error instanceof AggregateError ? error.errors as unknown[] : [error]
      throw new BrokerUnavailableError(`No Sentinel knows the master ${sentinelName}`, { cause: first })
    }
    await Promise.race([all, pause(GRACE_MS)])
    return answers
  }

  return {
    mode: 'sentinel',
    access,
    async discover () {
      const answers = await askAll()
      const newest = answers.reduce((best, answer) => answer.configEpoch > best.configEpoch ? answer : best)
      return oneMaster(newest.address)
    },
    close () {
      for (const peer of peers) peer.close()
    }
  }
}
