import { build, type Histogram } from 'hdr-histogram-js'
import { once } from 'node:events'
import WebSocket from 'ws'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import type { Fleet } from '../fleet/fleet.js'

/** How many send to how many: every consumer is subscribed to every producer of its scenario. */
export interface SocketScenario { name: string, producers: number, consumers: number, inFlight: number, batch: number }

/** Deliveries are what all consumers together were handed. Latencies from send to receipt, milliseconds. */
export interface SocketFigure extends SocketScenario {
  acksPerSecond: number
  deliveriesPerSecond: number
  p50: number
  p99: number
}

const now = (): number => performance.timeOrigin + performance.now()

const open = async (url: string, account: Account): Promise<WebSocket> => {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${account.token}` }, perMessageDeflate: false })
  await once(socket, 'message')
  return socket
}

const SENT_AT = /"sent_at":([\d.]+)/

/** Sends with a window of `inFlight` messages until `until()`; counts acks. */
const send = (socket: WebSocket, { inFlight, batch }: SocketScenario, until: () => boolean): { acks: () => number } => {
  const session = Math.random().toString(36).slice(2)
  let seq = 0
  let acks = 0
  const message = () => ({
    session,
    seq: ++seq,
    payload: { sent_at: now(), cpu: { usage: 12.5 }, memory: { used: 1234567 } }
  })
  const frame = () => JSON.stringify(batch === 1
    ? { type: 'data', ...message() }
    : { type: 'batch', messages: Array.from({ length: batch }, message) })
  socket.on('message', (data: Buffer) => {
    const text = data.toString()
    if (!text.startsWith('{"type":"ack"')) return
    acks += batch
    if (!until()) socket.send(frame())
  })
  for (let i = 0; i < inFlight / batch; i++) socket.send(frame())
  return { acks: () => acks }
}

const receive = (socket: WebSocket, histogram: Histogram): { received: () => number } => {
  let received = 0
  socket.on('message', (data: Buffer) => {
    const match = SENT_AT.exec(data.toString('latin1'))
    if (match === null) return
    received++
    histogram.recordValue(Math.max(0, Math.round((now() - Number(match[1])) * 1000)))
  })
  return { received: () => received }
}

/** Runs one scenario for `seconds`, after a second of warming up that is not counted. */
export const benchSockets = async (fleet: Fleet, scenario: SocketScenario, seconds: number): Promise<SocketFigure> => {
  const id = `${scenario.name.replaceAll(/\W+/g, '-')}`
  const producers: Account[] = []
  for (let i = 0; i < scenario.producers; i++) {
    producers.push(await createAccount(fleet.urls.ap, `bench-${id}-p${i}`, 'producer'))
  }
  const consumers: Account[] = []
  for (let i = 0; i < scenario.consumers; i++) {
    const consumer = await createAccount(fleet.urls.ap, `bench-${id}-c${i}`, 'consumer')
    for (const producer of producers) await subscribe(fleet.urls.sm, consumer, producer.user.id)
    consumers.push(consumer)
  }
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3
  })
  const readers = await Promise.all(consumers.map(async consumer => {
    const socket = await open(fleet.urls.consumer, consumer)
    return { socket, ...receive(socket, histogram) }
  }))
  const sum = (counts: readonly (() => number)[]) => counts.reduce((total, count) => total + count(), 0)
  let ended = false
  const writers = await Promise.all(producers.map(async producer => {
    const socket = await open(fleet.urls.producer, producer)
    return { socket, ...send(socket, scenario, () => ended) }
  }))
  const counts = () => ({
    acks: sum(writers.map(writer => writer.acks)),
    received: sum(readers.map(reader => reader.received)),
    at: now()
  })
  await new Promise(resolve => setTimeout(resolve, 1000))
  histogram.reset()
  const first = counts()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const last = counts()
  ended = true
  const elapsed = (last.at - first.at) / 1000
  const figure: SocketFigure = {
    ...scenario,
    acksPerSecond: Math.round((last.acks - first.acks) / elapsed),
    deliveriesPerSecond: Math.round((last.received - first.received) / elapsed),
    p50: histogram.getValueAtPercentile(50) / 1000,
    p99: histogram.getValueAtPercentile(99) / 1000
  }
  for (const { socket } of [...writers, ...readers]) socket.terminate()
  return figure
}
