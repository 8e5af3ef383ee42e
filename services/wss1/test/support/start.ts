import { createMemoryBroker, type Broker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import { fakeAp, fakeDsm, waitFor, type FakeAp, type FakeDsm } from '@motience/testing'
import type { AckFrame, BatchAckFrame, ErrorFrame, ProducerServerFrame, ProducerWelcomeFrame } from '@motience/schemas'
import { once } from 'node:events'
import type { Test } from 'tap'
import { WebSocket, type ClientOptions } from 'ws'
import { startWss1, Wss1EnvSchema, type RunningWss1 } from '../../src/index.js'

/** A WSS1 on free ports, with a fake AP and a fake DSM. */
export interface Started { wss1: RunningWss1, ap: FakeAp, dsm: FakeDsm, broker: Broker }

export const start = async (t: Test, env: Record<string, string> = {}): Promise<Started> => {
  const ap = await fakeAp(t)
  const dsm = await fakeDsm(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const wss1 = await startWss1(
    readEnv(Wss1EnvSchema, {
      WSS1_PORT: '0',
      WSS1_HTTP_PORT: '0',
      AP_URL: ap.url,
      DSM_URL: dsm.url,
      SERVICE_SECRET: ap.secret,
      LOG_LEVEL: 'silent',
      DRAIN_MS: '2000',
      ...env
    }),
    { broker }
  )
  t.teardown(async () => {
    await wss1.close()
    await broker.close()
  })
  return { wss1, ap, dsm, broker }
}

/** A producer's connection that has been welcomed. */
export interface Producer {
  ws: WebSocket
  welcome: ProducerWelcomeFrame
  /** Frames received after the welcome. */
  frames: ProducerServerFrame[]
  closed: Promise<number>
  send (frame: unknown): void
  /** Resolves to all frames once there are `count` of them. */
  receive (count: number): Promise<ProducerServerFrame[]>
  acks (): AckFrame[]
  errors (): ErrorFrame[]
}

export const connect = async (
  { wss1, ap }: Started,
  options: { userId?: number; deviceId?: string | null; sid?: string } = {},
  client: ClientOptions = {}
): Promise<Producer> => {
  const token = await ap.issue({ role: 'producer', ...options })
  const ws = new WebSocket(wss1.urls.websocket, {
    perMessageDeflate: false,
    ...client,
    headers: { authorization: `Bearer ${token}` }
  })
  const frames: ProducerServerFrame[] = []
  ws.on('message', data => { frames.push(JSON.parse(String(data)) as ProducerServerFrame) })
  ws.on('error', () => {})
  const closed = once(ws, 'close').then(([code]) => code as number)
  const welcome = await waitFor(() => frames.shift(), { what: 'the welcome' }) as ProducerWelcomeFrame
  return {
    ws,
    welcome,
    frames,
    closed,
    send: frame => { ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)) },
    receive: async count => await waitFor(() => frames.length >= count && frames, { what: `${count} frames` }),
    acks: () => frames.filter((frame): frame is AckFrame => frame.type === 'ack' && !('acks' in frame)),
    errors: () => frames.filter((frame): frame is ErrorFrame => frame.type === 'error')
  }
}

export const isBatchAck = (frame: ProducerServerFrame | undefined): frame is BatchAckFrame =>
  frame?.type === 'ack' && 'acks' in frame

/** Response of `GET /stats`. */
export const stats = async ({ wss1 }: Started): Promise<Record<string, number>> =>
  (await (await fetch(`${wss1.urls.http}/stats`)).json()) as Record<string, number>
