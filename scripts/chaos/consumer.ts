import { createConsumer } from '@motience/agent'
import type { Account } from '../fleet/accounts.js'
import type { AccessWindow, Reader } from './ledger.js'

/** A consumer that writes down what it sees of every producer. */
export interface ChaosConsumer {
  readonly account: Account
  readonly readers: ReadonlyMap<number, Reader>
  /** How often the platform said that something may be missing, and how often history was asked for it. */
  readonly announced: { unrecovered: number, history: number, incomplete: number, gaps: number }
  /** When it had no connection. */
  readonly away: AccessWindow[]
  /** The longest time between two messages that arrived, milliseconds. */
  readonly stillness: number[]
  close (): Promise<void>
}

/** Places of one producer's log, to see that none names two messages. */
export type Places = Map<string, number>

/** What is told of a place that names two messages. */
export type Clash = { producer: string, place: string, numbers: [number, number] }

/**
 * Starts a consumer with the library, with history for what the log does not reach. `places` is shared by all
 * consumers, `clashes` gets what must never be.
 */
export const startConsumer = (
  urls: { ap: string, dsm: string, consumer: string }, account: Account, producers: ReadonlyMap<number, string>, places: Places, clashes: Clash[]
): ChaosConsumer => {
  const readers = new Map<number, Reader>([...producers].map(([id, producer]) =>
    [id, { consumer: account.username, producer, numbers: [], granted: [] as AccessWindow[], revoked: [] as AccessWindow[] }]))
  const announced = { unrecovered: 0, history: 0, incomplete: 0, gaps: 0 }
  const away: AccessWindow[] = [{ from: 0, to: Infinity }]
  const stillness: number[] = []
  let lastAt = performance.now()

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
    if (state === 'waiting') away.push({ from: performance.now(), to: Infinity })
    if (state === 'open') away.at(-1)!.to = Math.min(away.at(-1)!.to, performance.now())
  })
  consumer.on('gap', () => { announced.gaps++ })
  consumer.on('error', () => {})
  consumer.on('data', envelope => {
    const { number } = envelope.payload as { number: number }
    const reader = readers.get(envelope.producer_id)
    if (reader === undefined) return
    reader.numbers.push(number)
    const place = `${envelope.producer_id}:${envelope.epoch}:${envelope.offset}`
    const known = places.get(place)
    if (known === undefined) places.set(place, number)
    else if (known !== number) clashes.push({ producer: reader.producer, place, numbers: [known, number] })
    const at = performance.now()
    stillness.push(at - lastAt)
    lastAt = at
  })
  return { account, readers, announced, away, stillness, close: () => consumer.close() }
}
