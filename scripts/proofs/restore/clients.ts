import { createApClient, createDsmClient, createSmClient, type Envelope, type Position } from '@motience/schemas'
import { waitFor } from '@motience/testing'
import WebSocket from 'ws'
import type { Account } from '../../fleet/accounts.js'
import type { Places } from './ledger.js'

/** Where the platform is reached. */
export interface Urls { ap: string, sm: string, dsm: string, consumer: string }

/** Signs an account in again: tokens of before a restore are no good. */
export const signInAgain = async ({ ap }: Urls, account: Account): Promise<void> => {
  const { username, password } = account
  const { data } = await createApClient({ baseUrl: ap }).POST('/api/auth/login', { body: { username, password } })
  if (data === undefined) throw new Error(`${account.username} could not sign in`)
  account.token = data.access_token
}

const smOf = ({ sm }: Urls, { token }: Account) =>
  createSmClient({ baseUrl: sm, headers: { authorization: `Bearer ${token}` } })

export const subscribe = async (urls: Urls, consumer: Account, producerId: number): Promise<void> => {
  const { response } = await smOf(urls, consumer).POST('/api/subscribe', { body: { producer_id: producerId } })
  if (!response.ok) throw new Error(`subscribe was answered with ${response.status}`)
}

export const unsubscribe = async (urls: Urls, consumer: Account, producerId: number): Promise<void> => {
  const { response } = await smOf(urls, consumer).DELETE('/api/unsubscribe', {
    params: { query: { producer_id: producerId } }
  })
  if (!response.ok) throw new Error(`unsubscribe was answered with ${response.status}`)
}

/** Sends numbered messages as one session does, in one batch; resolves to the numbers that were acked. */
export const send = async (
  { dsm }: Urls,
  { user, token }: Account,
  from: number,
  to: number,
  places: Places
): Promise<number[]> => {
  const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n)
  const { data } = await createDsmClient({ baseUrl: dsm, headers: { authorization: `Bearer ${token}` } }).POST(
    '/api/data/batch',
    {
      body: {
        messages: numbers.map(number => ({ producer_id: user.id, session: 'proof', seq: number, payload: { number } }))
      }
    }
  )
  return numbers.filter((number, n) => {
    const result = data?.results[n]
    if (result === undefined || 'error' in result) return false
    places.note(user.id, result.epoch, result.offset, number)
    return true
  })
}

/** The numbers of everything that an account may read of a producer's history; null where it may read none. */
export const readHistory = async (
  { dsm }: Urls,
  { token }: Account,
  producerId: number,
  places: Places
): Promise<number[] | null> => {
  const { data } = await createDsmClient({ baseUrl: dsm, headers: { authorization: `Bearer ${token}` } }).GET(
    '/api/data/{producerId}',
    { params: { path: { producerId }, query: { limit: 1000 } } }
  )
  if (data === undefined) return null
  return data.items.map(({ epoch, offset, payload }) => {
    const { number } = payload as { number: number }
    places.note(producerId, epoch, offset, number)
    return number
  })
}

/** A consumer's socket, without any library, and what came through it. */
export interface RawReader {
  readonly numbers: readonly number[]
  /** What `resumed` frames said. */
  readonly recovered: readonly boolean[]
  /** The last place that it was given, as a consumer keeps it. */
  readonly position: Position | null
  close (): void
}

/** Connects; with a position it resumes there, and resolves once that was answered. */
export const openReader = async (
  { consumer }: Urls, { token }: Account, producerId: number, places: Places, from: Position | null = null
): Promise<RawReader> => {
  const socket = new WebSocket(consumer, { headers: { authorization: `Bearer ${token}` } })
  const numbers: number[] = []
  const recovered: boolean[] = []
  let position = from
  let answered = false
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as
      Envelope | { type: 'welcome' | 'error' } | { type: 'resumed'; recovered: boolean }
    if (frame.type === 'data') {
      const { number } = frame.payload as { number: number }
      numbers.push(number)
      position = { producer_id: producerId, epoch: frame.epoch, offset: frame.offset }
      places.note(producerId, frame.epoch, frame.offset, number)
    } else if (frame.type === 'resumed') {
      recovered.push(frame.recovered)
      answered = true
    } else if (frame.type === 'error') {
      answered = true
    } else if (frame.type === 'welcome') {
      if (from === null) answered = true
      else socket.send(JSON.stringify({ type: 'resume', positions: [from] }))
    }
  })
  await waitFor(() => answered, { timeoutMs: 20_000, what: 'the consumer to be greeted' })
  return { numbers, recovered, get position () { return position }, close: () => { socket.terminate() } }
}
