import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@motience/testing'
import postgres from 'postgres'
import WebSocket from 'ws'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { newSendResult, sendByRest, sendByWebSocket, type GatewayMessage } from './send-in-batches.js'
import { withFleet } from './with-fleet.js'

const LOGS = (process.env['LOGS'] ?? '100,10000').split(',').map(Number)
const HANG_SECS = Number(process.env['HANG_SECS'] ?? 60)
const MESSAGES = Number(process.env['MESSAGES'] ?? 36_000)
/**
 * Senders of each way, each with a session of its own, and the messages that each has under way: together more than the
 * largest log.
 */
const GATEWAYS = 24
const BATCH = 500
const WAYS = { WebSocket: sendByWebSocket, REST: sendByRest }

/** Reads a consumer's messages as they come: session and seq by producer, each as often as it was seen. */
const watch = async (url: string, { token }: Account): Promise<{ seen: Map<number, string[]>, close: () => void }> => {
  const seen = new Map<number, string[]>()
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.on('message', data => {
      const frame = JSON.parse(String(data)) as { type: string, producer_id: number, session: string, seq: number }
      if (frame.type === 'welcome') resolve()
      if (frame.type !== 'data') return
      const names = seen.get(frame.producer_id) ?? []
      seen.set(frame.producer_id, names)
      names.push(`${frame.session} ${frame.seq}`)
    })
  })
  return { seen, close: () => { socket.terminate() } }
}

/** What one gateway sends. */
const shareOf = (gateway: number): GatewayMessage[] =>
  Array.from({ length: MESSAGES / GATEWAYS }, (_, n) => ({ session: `gateway-${gateway}`, seq: n + 1, payload: { n } }))

const hangWith = (log: number) => withFleet({ LOG_MAX_MESSAGES: String(log) }, async ({ fleet, database }) => {
  const { urls } = fleet
  const consumer = await createAccount(urls.ap, 'hang-consumer', 'consumer')
  const producers = await Promise.all(Object.entries(WAYS).map(async ([way, send]) => {
    const account = await createAccount(urls.ap, `hang-${way}`, 'producer')
    await subscribe(urls.sm, consumer, account.user.id)
    return { way, send, account, sending: newSendResult() }
  }))
  const { seen, close } = await watch(urls.consumer, consumer)
  const seenOf = (account: Account): string[] => seen.get(account.user.id) ?? []
  const sending = Promise.all(
    producers.flatMap(({ way, send, account, sending }) =>
      Array.from({ length: GATEWAYS }, async (_, gateway) => {
        await send(way === 'REST' ? urls.dsm : urls.producer, account, shareOf(gateway), BATCH, sending)
      })
    )
  )
  await waitFor(() => producers.every(({ sending }) => sending.acked > 500), {
    timeoutMs: 60_000,
    what: 'the first acks'
  })

  await database.pause()
  const atPause = producers.map(({ account }) => seenOf(account).length)
  await pause(HANG_SECS * 1000)
  const whilePaused = producers.map(({ account }, n) => seenOf(account).length - atPause[n]!)
  const ackedBefore = producers.map(({ sending }) => sending.acked)
  await database.resume()
  await sending
  await waitFor(() => producers.every(({ account }) => new Set(seenOf(account)).size === MESSAGES), {
    timeoutMs: 60_000,
    what: 'everything to be seen'
  }).catch((error: unknown) => {
    console.log(String(error))
  })
  close()

  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  const table: Record<string, Record<string, number>> = {}
  for (const [n, { way, account, sending }] of producers.entries()) {
    const rows = await sql<
      { name: string }[]
    >`select session || ' ' || seq as name from dsm.messages where producer_id = ${account.user.id}`
    const kept = new Set(rows.map(row => row.name))
    const names = seenOf(account)
    table[way] = {
      sent: MESSAGES,
      acked: sending.acked,
      'acked before the end of the hang': ackedBefore[n]!,
      'published during it': whilePaused[n]!,
      'seen and not kept': names.filter(name => !kept.has(name)).length,
      rejected: sending.rejected.length,
      'stored twice': rows.length - kept.size,
      'seen twice': names.length - new Set(names).size,
      lost: MESSAGES - kept.size
    }
    const {
      'seen and not kept': notKept,
      rejected: refused,
      'stored twice': storedTwice,
      'seen twice': seenTwice,
      lost
    } = table[way] as Record<string, number>
    if (
      notKept! + refused! + storedTwice! + seenTwice! + lost! > 0 ||
      whilePaused[n]! > log ||
      sending.acked !== MESSAGES
    ) { process.exitCode = 1 }
  }
  await sql.end()
  console.log(`PostgreSQL stood still for ${HANG_SECS} s, with logs of ${log} messages:`)
  console.table(table)
}, { copies: 2 })

/**
 * PostgreSQL hangs while producers send as fast as they may, over WebSocket and REST: all that consumers saw is kept,
 * and nothing is rejected.
 */
export const postgresHangs = async (): Promise<void> => {
  for (const log of LOGS) await hangWith(log)
}
