import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { build, type Histogram } from 'hdr-histogram-js'
import WebSocket from 'ws'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { withFleet } from './with-fleet.js'

/**
 * 1,000 consumers of one producer, of whom 100 stop reading: what does that cost the other 900, and the server?
 * Phases with and without the stalled ones take turns, so that both see the same machine.
 */
const CONSUMERS = 1000
const STALLED = 100
const RATE = 4
const PHASE_MS = 10_000
const ROUNDS = 3
const QUEUE_CAP = 256 * 1024

const inTurn = async <T>(count: number, atOnce: number, make: (i: number) => Promise<T>): Promise<T[]> => {
  const results: T[] = new Array(count)
  let next = 0
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < count) {
      const i = next++
      results[i] = await make(i)
    }
  }))
  return results
}

const open = async (url: string, account: Account): Promise<WebSocket> => {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${account.token}` }, perMessageDeflate: false })
  await once(socket, 'message')
  return socket
}

/** The TCP socket below a WebSocket: what is paused there is not read from the kernel. */
const below = (socket: WebSocket): { pause (): void, resume (): void } => (socket as unknown as { _socket: { pause (): void, resume (): void } })._socket

export const stalledConsumers = () => withFleet({ WSS2_MAX_QUEUE_BYTES: String(QUEUE_CAP), WSS2_HEARTBEAT_MS: '600000' }, async ({ fleet }) => {
  const { urls } = fleet
  const producer = await createAccount(urls.ap, 'stall-producer', 'producer')
  const accounts = await inTurn(CONSUMERS, 4, async i => {
    const account = await createAccount(urls.ap, `stall-consumer-${i}`, 'consumer')
    await subscribe(urls.sm, account, producer.user.id)
    return account
  })
  const histograms: Record<'reading' | 'stalled', Histogram> = {
    reading: build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 }),
    stalled: build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })
  }
  let phase: 'reading' | 'stalled' | null = null
  const now = () => performance.timeOrigin + performance.now()
  const sockets = await inTurn(CONSUMERS, 20, i => open(`${urls.consumer}${i < STALLED ? '?slow=drop' : ''}`, accounts[i]!))
  for (const socket of sockets.slice(STALLED)) {
    socket.on('message', (data: Buffer) => {
      const sentAt = Number(/"sent_at":([\d.]+)/.exec(data.toString('latin1', 0, 400))?.[1])
      if (phase !== null && !Number.isNaN(sentAt)) histograms[phase].recordValue(Math.max(1, Math.round((now() - sentAt) * 1000)))
    })
  }
  const sender = await open(urls.producer, producer)
  const filling = 'x'.repeat(8 * 1024)
  const timer = setInterval(() => { sender.send(JSON.stringify({ type: 'data', payload: { sent_at: now(), filling } })) }, 1000 / RATE)
  const server = fleet.instances.find(instance => instance.name === 'wss2')!

  await pause(PHASE_MS)
  const before = await server.residentBytes()
  let most = before
  for (let round = 0; round < ROUNDS; round++) {
    phase = 'reading'
    await pause(PHASE_MS)
    phase = null
    for (const socket of sockets.slice(0, STALLED)) below(socket).pause()
    await pause(1000)
    phase = 'stalled'
    await pause(PHASE_MS)
    most = Math.max(most, await server.residentBytes())
    phase = null
    for (const socket of sockets.slice(0, STALLED)) below(socket).resume()
    await pause(3000)
  }
  clearInterval(timer)
  const p99 = (name: 'reading' | 'stalled') => histograms[name].getValueAtPercentile(99) / 1000
  const p50 = (name: 'reading' | 'stalled') => histograms[name].getValueAtPercentile(50) / 1000
  console.table({
    'all read': { 'p50 ms': p50('reading'), 'p99 ms': p99('reading') },
    [`${STALLED} stalled`]: { 'p50 ms': p50('stalled'), 'p99 ms': p99('stalled') }
  })
  console.log(`p99 with ${STALLED} of ${CONSUMERS} stalled, as a share of without: ${(p99('stalled') / p99('reading')).toFixed(2)}`)
  console.log(`WSS2 grew by ${((most - before) / 2 ** 20).toFixed(1)} MiB; ${STALLED} queue caps are ${(STALLED * QUEUE_CAP / 2 ** 20).toFixed(1)} MiB`)
  for (const socket of [...sockets, sender]) socket.terminate()
})
