import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConsumerFrame, Envelope } from '@motience/schemas'
import { WebSocketServer, type WebSocket } from 'ws'
import { FakeProducerLog } from './producer-log.js'
import { FakeRest } from './rest.js'
import { defaultSettings, type FakeWss2Settings } from './settings.js'

export type { FakeWss2Settings } from './settings.js'

/** A connection before its first `resume`: frames since its welcome, and the producers that were resumed so far. */
interface Paused { frames: { type: string, producer_id?: number }[], resumed: Set<number> }

/**
 * AP, WSS2 and DSM as far as a consumer sees them, on one real port: tokens, live data, replay from a log that can be
 * trimmed, epochs, and history that keeps everything.
 */
export class FakeWss2 {
  readonly settings: FakeWss2Settings = { ...defaultSettings }
  readonly sockets = new Set<WebSocket>()
  /** What consumers sent. */
  readonly frames: ConsumerFrame[] = []
  readonly upgradeUrls: string[] = []
  readonly #paused = new Map<WebSocket, Paused>()
  readonly #logs = new Map<number, FakeProducerLog>()
  readonly #rest = new FakeRest({ settings: this.settings, logs: this.#logs })
  readonly #ws = new WebSocketServer({ noServer: true, handleProtocols: () => 'motience.v1' })
  readonly #http = createServer((request, response) => { this.#rest.answer(request, response) })

  static async start (): Promise<FakeWss2> {
    const fake = new FakeWss2()
    fake.#http.on('upgrade', (request, socket, head) => {
      fake.upgradeUrls.push(request.url ?? '')
      const { refuse } = fake.settings
      if (refuse !== null) {
        // The client may have closed the socket by then.
        socket.on('error', () => {})
        socket.end(`HTTP/1.1 ${refuse} Refused\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
        return
      }
      fake.#ws.handleUpgrade(request, socket, head, ws => {
        fake.#open(ws, (request.url ?? '').includes('resume=true'))
      })
    })
    await new Promise<void>(resolve => fake.#http.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get port (): number { return (this.#http.address() as AddressInfo).port }
  get httpUrl (): string { return `http://127.0.0.1:${this.port}` }
  get url (): string { return `ws://127.0.0.1:${this.port}/consumer` }
  get logins (): number { return this.#rest.logins }
  get historyCalls (): number { return this.#rest.historyCalls }

  async stop (): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise(resolve => this.#http.close(resolve))
  }

  /** Adds a producer that the consumer is subscribed to, and announces it on open connections. */
  subscribe (producerId: number): void {
    const log = new FakeProducerLog(producerId)
    this.#logs.set(producerId, log)
    this.send({ type: 'subscribed', producer_id: producerId, ...log.position })
  }

  unsubscribe (producerId: number, reason = 'revoked'): void {
    this.#logs.delete(producerId)
    this.send({ type: 'unsubscribed', producer_id: producerId, reason })
  }

  /** Accepts messages: into the log, into history, and to every connection. */
  publish (producerId: number, count = 1): Envelope[] {
    return Array.from({ length: count }, () => {
      const envelope = this.#logs.get(producerId)!.append()
      this.send(envelope)
      return envelope
    })
  }

  /** Removes the oldest entries of a log and leaves `keep`, as its bounds do. */
  trim (producerId: number, keep: number): void {
    this.#logs.get(producerId)!.trim(keep)
  }

  /** Opens a new epoch, as after a broker that was restored to an older state. */
  openEpoch (producerId: number): void {
    const log = this.#logs.get(producerId)!
    log.openEpoch()
    const { epoch } = log.position
    this.send({ type: 'resumed', producer_id: producerId, epoch, recovered: false, from: 1, to: 0 })
  }

  /** Ends every connection, with a close code or without a closing handshake. */
  cut (code?: number): void {
    for (const socket of this.sockets) {
      if (code === undefined) socket.terminate()
      else socket.close(code)
    }
  }

  send (frame: object): void {
    for (const socket of this.sockets) {
      const paused = this.#paused.get(socket)
      if (paused === undefined) socket.send(JSON.stringify(frame))
      else paused.frames.push(frame as Paused['frames'][number])
    }
  }

  #open (ws: WebSocket, waitsForResume: boolean): void {
    this.sockets.add(ws)
    if (waitsForResume) this.#paused.set(ws, { frames: [], resumed: new Set() })
    ws.on('close', () => {
      this.sockets.delete(ws)
      this.#paused.delete(ws)
    })
    ws.on('error', () => {})
    ws.on('message', data => {
      this.#receive(ws, JSON.parse(String(data)) as ConsumerFrame)
    })
    if (!this.settings.welcome) return
    ws.send(JSON.stringify({
      type: 'welcome',
      user_id: 1,
      expires_at: '2030-01-01T00:00:00.000Z',
      server_time: '2026-01-01T00:00:00.000Z',
      heartbeat_ms: this.settings.heartbeatMs,
      subscriptions: [...this.#logs].map(([producerId, { position }]) => ({ producer_id: producerId, ...position }))
    }))
  }

  #receive (ws: WebSocket, frame: ConsumerFrame): void {
    this.frames.push(frame)
    if (frame.type === 'auth') {
      if (!this.settings.mute) {
        ws.send(JSON.stringify({ type: 'authenticated', expires_at: '2030-01-01T00:00:00.000Z' }))
      }
      return
    }
    for (const position of frame.positions) {
      for (const replayed of this.#logs.get(position.producer_id)?.replay(position) ?? []) {
        ws.send(JSON.stringify(replayed))
      }
    }
    const paused = this.#paused.get(ws)
    if (paused === undefined) return
    for (const position of frame.positions) paused.resumed.add(position.producer_id)
    if (frame.more === true) return
    this.#paused.delete(ws)
    for (const waiting of paused.frames) {
      const { producer_id: producerId } = waiting
      if (producerId === undefined || !paused.resumed.has(producerId)) ws.send(JSON.stringify(waiting))
    }
  }
}

/** Positions of a producer's messages in order of arrival, as texts that a test can compare. */
export const positionTexts = (envelopes: readonly Envelope[], producerId: number): string[] =>
  envelopes.filter(envelope => envelope.producer_id === producerId).map(({ epoch, offset }) => `${epoch}-${offset}`)
