import { setTimeout as pause } from 'node:timers/promises'
import { startRawConsumer, type RawLedger } from '@motience/testing'
import { createApClient, createDsmClient, type Envelope, type LogPosition } from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { ChaosConsumer, ConsumerUrls } from './consumer.js'
import { observe, type Clash, type Places } from './observations.js'

const PAGE = 1000
/** Attempts at one page of history, half a second apart, before it is given up. */
const MAX_ATTEMPTS = 60
const RETRY_MS = 500
/** A token is good for an hour. */
const RENEW_EVERY_MS = 1_800_000

const isBefore = (a: LogPosition, b: LogPosition): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.offset < b.offset)

/**
 * The same without the library and without any buffer, so that a fault of the library can't hide one of the platform.
 */
export const startRawChaosConsumer = (
  urls: ConsumerUrls, account: Account, producers: ReadonlyMap<number, string>, places: Places, clashes: Clash[]
): ChaosConsumer & { readonly ledger: RawLedger } => {
  const observations = observe(account, producers, places, clashes)
  const announced = { unrecovered: 0, history: 0, incomplete: 0, gaps: 0 }
  const closing = new AbortController()
  let token = account.token
  let renewedAt = performance.now()

  const currentToken = async (): Promise<string> => {
    if (performance.now() - renewedAt < RENEW_EVERY_MS) return token
    const { username, password } = account
    const { data } = await createApClient({ baseUrl: urls.ap }).POST('/api/auth/login', {
      body: { username, password }
    })
    if (data === undefined) return token
    renewedAt = performance.now()
    token = data.access_token
    return token
  }

  /** One page of history; null where access has ended or it can't be had. */
  const readPage = async (producerId: number, after: LogPosition) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !closing.signal.aborted; attempt++) {
      const dsm = createDsmClient({ baseUrl: urls.dsm, headers: { authorization: `Bearer ${token}` } })
      const query = { after: `${after.epoch}-${after.offset}`, order: 'asc', limit: PAGE } as const
      const answer = await dsm
        .GET('/api/data/{producerId}', { params: { path: { producerId }, query } })
        .catch(() => null)
      if (answer?.data !== undefined) return answer.data
      if (answer?.response.status === 403) return null
      await pause(RETRY_MS)
    }
    return null
  }

  const history = async (producerId: number, after: LogPosition, before: LogPosition): Promise<Envelope[]> => {
    announced.history++
    const found: Envelope[] = []
    for (let at = after; ;) {
      const page = await readPage(producerId, at)
      if (page?.complete !== true) announced.incomplete++
      const wanted = page?.items.filter(envelope => isBefore(envelope, before)) ?? []
      found.push(...wanted)
      if (page === null || page.next_cursor === null || wanted.length < page.items.length) return found
      at = wanted.at(-1)!
    }
  }

  const consumer = startRawConsumer({
    url: urls.consumer,
    token: currentToken,
    onMessage: observations.message,
    history,
    onConnected: observations.connected,
    onEnded: observations.disconnected,
    reconnectMs: 500
  })
  return {
    ...observations,
    account,
    get announced () { return { ...announced, unrecovered: consumer.ledger.announced } },
    ledger: consumer.ledger,
    close: async () => {
      closing.abort()
      await consumer.close()
    }
  }
}
