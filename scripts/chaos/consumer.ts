import { createConsumer } from '@motience/client'
import type { Account } from '../fleet/accounts.js'
import { observe, type Clash, type Observations, type Places } from './observations.js'

export type { Clash, Places } from './observations.js'

/** A consumer that writes down what it sees of every producer. */
export interface ChaosConsumer extends Pick<Observations, 'readers' | 'away' | 'stillness'> {
  readonly account: Account
  /** How often the platform said that something may be missing, and how often history was asked for it. */
  readonly announced: { unrecovered: number, history: number, incomplete: number, gaps: number }
  close (): Promise<void>
}

/** Where a consumer finds the platform. */
export interface ConsumerUrls { ap: string, dsm: string, consumer: string }

/** Starts a consumer with the library, with history for what the log does not reach. */
export const startConsumer = (
  urls: ConsumerUrls, account: Account, producers: ReadonlyMap<number, string>, places: Places, clashes: Clash[]
): ChaosConsumer => {
  const observations = observe(account, producers, places, clashes)
  const announced = { unrecovered: 0, history: 0, incomplete: 0, gaps: 0 }
  const consumer = createConsumer({
    url: urls.consumer,
    authUrl: urls.ap,
    history: urls.dsm,
    username: account.username,
    password: account.password,
    backoff: { minMs: 100, maxMs: 500 }
  })
  consumer.on('resumed', frame => { if (!frame.recovered) announced.unrecovered++ })
  consumer.on('history', report => {
    announced.history++
    if (!report.complete) announced.incomplete++
  })
  consumer.on('state', ({ state }) => {
    if (state === 'waiting') observations.disconnected()
    if (state === 'open') observations.connected()
  })
  consumer.on('gap', () => { announced.gaps++ })
  consumer.on('error', () => {})
  consumer.on('data', envelope => { observations.message(envelope) })
  return { ...observations, account, announced, close: () => consumer.close() }
}
