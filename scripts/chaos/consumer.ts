import { createConsumer } from '@motience/client'
import type { Account } from '../fleet/accounts.js'
import { observe, type Clash, type Observations, type PositionNumbers } from './observe.js'

export type { Clash, PositionNumbers } from './observe.js'

/** A consumer that records what it receives from every producer. */
export interface ChaosConsumer extends Pick<Observations, 'readers' | 'outages' | 'intervals'> {
  readonly account: Account
  /** Number of reported gaps and recoveries, and of history requests. */
  readonly reported: { unrecovered: number, history: number, incomplete: number, gaps: number }
  close (): Promise<void>
}

/** URLs of the platform for consumers. */
export interface ConsumerUrls { ap: string, dsm: string, consumer: string }

/** Starts a consumer with the client library, which recovers from history what the log no longer has. */
export const startConsumer = (
  urls: ConsumerUrls,
  account: Account,
  producers: ReadonlyMap<number, string>,
  positions: PositionNumbers,
  clashes: Clash[]
): ChaosConsumer => {
  const observations = observe(account, producers, positions, clashes)
  const reported = { unrecovered: 0, history: 0, incomplete: 0, gaps: 0 }
  const consumer = createConsumer({
    url: urls.consumer,
    authUrl: urls.ap,
    history: urls.dsm,
    username: account.username,
    password: account.password,
    backoff: { minMs: 100, maxMs: 500 }
  })
  consumer.on('resumed', frame => {
    if (!frame.recovered) reported.unrecovered++
  })
  consumer.on('history', report => {
    reported.history++
    if (!report.complete) reported.incomplete++
  })
  consumer.on('state', ({ state }) => {
    if (state === 'waiting') observations.disconnected()
    if (state === 'open') observations.connected()
  })
  consumer.on('gap', () => {
    reported.gaps++
  })
  consumer.on('error', () => {})
  consumer.on('data', envelope => {
    observations.message(envelope)
  })
  return { ...observations, account, reported, close: () => consumer.close() }
}
