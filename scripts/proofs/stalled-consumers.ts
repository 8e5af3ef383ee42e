import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@motience/testing'
import { build, type Histogram } from 'hdr-histogram-js'
import WebSocket from 'ws'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import type { Fleet } from '../fleet/fleet.js'
import { withFleet } from './with-fleet.js'

/**
 * 1,000 consumers of one producer, of whom 100 stop reading: what does that cost the other 900, and the server?
 * A second producer, which only these 100 read, fills the kernel's buffers and their queues up to the cap first. Phases
 * with and without the stalled ones take turns, so that both see the same machine.
 */
const CONSUMERS = 1000
const STALLED = 100
const RATE = 8
const PHASE_MS = 10_000
const ROUNDS = 3
const WARM_UP_MS = 30_000
const QUEUE_CAP = 256 * 1024
/** Bytes and messages a second of the producer that fills the queues. */
const FLOOD = { bytes: 60_000, rate: 5 }
/** Messages that were dropped for each stalled consumer before it counts as full: only a queue at its cap drops any. */
const DROPPED_EACH = 5

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
const below = (socket: WebSocket): { pause(): void; resume(): void } =>
  (socket as unknown as { _socket: { pause(): void; resume(): void } })._socket

/** One metric of WSS2, summed over its labels. */
const readMetric = async (fleet: Fleet, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${fleet.balancers['wss2']!.port}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0
  )
}

const everySecond = (sender: WebSocket, rate: number, payload: () => object): () => void => {
  const timer = setInterval(() => { sender.send(JSON.stringify({ type: 'data', payload: payload() })) }, 1000 / rate)
  return () => { clearInterval(timer) }
}

export const stalledConsumers = () =>
  withFleet({ WSS2_MAX_QUEUE_BYTES: String(QUEUE_CAP), WSS2_HEARTBEAT_MS: '600000' }, async ({ fleet }) => {
    const { urls } = fleet
    const producer = await createAccount(urls.ap, 'stall-producer', 'producer')
    const flooder = await createAccount(urls.ap, 'stall-flooder', 'producer')
    const accounts = await inTurn(CONSUMERS, 4, async i => {
      const account = await createAccount(urls.ap, `stall-consumer-${i}`, 'consumer')
      await subscribe(urls.sm, account, producer.user.id)
      if (i < STALLED) await subscribe(urls.sm, account, flooder.user.id)
      return account
    })
    const histograms: Record<'reading' | 'stalled', Histogram> = {
      reading: build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 }),
      stalled: build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })
    }
    let phase: 'reading' | 'stalled' | null = null
    const now = () => performance.timeOrigin + performance.now()
    const sockets = await inTurn(CONSUMERS, 20, i =>
      open(`${urls.consumer}${i < STALLED ? '?slow=drop' : ''}`, accounts[i]!)
    )
    const stalling = sockets.slice(0, STALLED)
    for (const socket of sockets.slice(STALLED)) {
      socket.on('message', (data: Buffer) => {
        const sentAt = Number(/"sent_at":([\d.]+)/.exec(data.toString('latin1', 0, 400))?.[1])
        if (phase !== null && !Number.isNaN(sentAt)) {
          histograms[phase].recordValue(Math.max(1, Math.round((now() - sentAt) * 1000)))
        }
      })
    }
    const sender = await open(urls.producer, producer)
    const floodSender = await open(urls.producer, flooder)
    const stopSending = everySecond(sender, RATE, () => ({ sent_at: now(), filling: 'x'.repeat(1024) }))
    const server = fleet.instances.find(instance => instance.name === 'wss2')!

    const flood = () => everySecond(floodSender, FLOOD.rate, () => ({ filling: 'x'.repeat(FLOOD.bytes) }))

    // The same load while everybody reads: what the process takes for that is not what stalling costs.
    let before = 0
    const stopWarmUp = flood()
    for (const until = performance.now() + WARM_UP_MS; performance.now() < until; await pause(100)) {
      before = Math.max(before, await server.residentBytes())
    }
    stopWarmUp()
    let most = before
    let queued = 0
    for (let round = 0; round < ROUNDS; round++) {
      phase = 'reading'
      await pause(PHASE_MS)
      phase = null
      for (const socket of stalling) below(socket).pause()
      const droppedBefore = await readMetric(fleet, 'motience_wss2_dropped_messages_total')
      const stopFlood = flood()
      await waitFor(
        async () => {
          most = Math.max(most, await server.residentBytes())
          return (
            (await readMetric(fleet, 'motience_wss2_dropped_messages_total')) - droppedBefore >= STALLED * DROPPED_EACH
          )
        },
        { timeoutMs: 120_000, what: 'the queues of the stalled consumers to be full' }
      )
      stopFlood()
      await pause(1000)
      phase = 'stalled'
      await pause(PHASE_MS)
      phase = null
      most = Math.max(most, await server.residentBytes())
      queued = Math.max(queued, await readMetric(fleet, 'motience_wss2_queued_bytes'))
      for (const socket of stalling) below(socket).resume()
      await waitFor(async () => (await readMetric(fleet, 'motience_wss2_queued_bytes')) === 0, {
        timeoutMs: 60_000,
        what: 'the queues to be empty'
      })
      await pause(2000)
    }
    stopSending()
    const atPercentile = (name: 'reading' | 'stalled', p: number) => histograms[name].getValueAtPercentile(p) / 1000
    const row = (name: 'reading' | 'stalled') => ({
      deliveries: histograms[name].totalCount,
      'p50 ms': atPercentile(name, 50),
      'p99 ms': atPercentile(name, 99)
    })
    console.table({ 'all read': row('reading'), [`${STALLED} stalled`]: row('stalled') })
    const ratio = atPercentile('stalled', 99) / atPercentile('reading', 99)
    const caps = STALLED * QUEUE_CAP
    console.log(
      `p99 of the other ${CONSUMERS - STALLED} with ${STALLED} stalled, as a share of without: ${ratio.toFixed(2)}`
    )
    console.log(
      `WSS2 grew by ${((most - before) / 2 ** 20).toFixed(1)} MiB, of which ${(queued / 2 ** 20).toFixed(1)} MiB ` +
      `wait in queues; ${STALLED} queue caps are ${(caps / 2 ** 20).toFixed(1)} MiB`
    )
    for (const socket of [...sockets, sender, floodSender]) socket.terminate()
    if (ratio > 1.1 || most - before > caps) process.exitCode = 1
  })
