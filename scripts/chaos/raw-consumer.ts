import { setTimeout as pause } from 'node:timers/promises'
import { startRawConsumer, type RawLedger } from '@motience/testing'
import {
  comparePositions, createApClient, createDsmClient, type Envelope, type LogPosition
} from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { ChaosConsumer, ConsumerUrls } from './consumer.js'
import { observe, type Clash, type PositionNumbers } from './observe.js'

const PAGE = 1000
/** Maximum number of attempts to read a page of history. */
const MAX_ATTEMPTS = 60
const RETRY_MS = 500
/** Tokens are valid for an hour. */
const RENEW_EVERY_MS = 1_800_000

/**
 * A consumer without the client library and without a buffer, so that a bug of the library can't hide one of the
 * platform.
 */
export const startRawChaosConsumer = (
  urls: ConsumerUrls,
  account: Account,
  producers: ReadonlyMap<number, string>,
  positions: PositionNumbers,
  clashes: Clash[]
): ChaosConsumer & { readonly ledger: RawLedger } => {
  const observations = observe(account, producers, positions, clashes)
  const reported = { unrecovered: 0, history: 0, incomplete: 0, gaps: 0 }
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

  /** Reads a page of history; null if access has ended or all attempts failed. */
  const readPage = async (producerId: number, after: LogPosition) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !closing.signal.aborted; attempt++) {
      const dsm = createDsmClient({ baseUrl: urls.dsm, headers: { authorization: `Bearer ${token}` } })
      const query = { after: `${after.epoch}-${after.offset}`, order: 'asc', limit: PAGE } as const
      const result = await dsm
        .GET('/api/data/{producerId}', { params: { path: { producerId }, query } })
        .catch(() => null)
      if (result?.data !== undefined) return result.data
      if (result?.response.status === 403) return null
      await pause(RETRY_MS)
    }
    return null
  }

  const history = async (producerId: number, after: LogPosition, before: LogPosition): Promise<Envelope[]> => {
    reported.history++
    const found: Envelope[] = []
    for (let at = after; ;) {
      const page = await readPage(producerId, at)
      if (page?.complete !== true) reported.incomplete++
      const wanted = page?.items.filter(envelope => comparePositions(envelope, before) < 0) ?? []
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
    get reported () {
      return { ...reported, unrecovered: consumer.ledger.announced }
    },
    ledger: consumer.ledger,
    close: async () => {
      closing.abort()
      await consumer.close()
    }
  }
}
