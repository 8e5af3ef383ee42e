import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { comparePositions, type LogPosition } from '@motience/client/consumer'
import type { ConsumerFrame, Envelope, Position } from '@motience/schemas'
import { WebSocketServer, type WebSocket } from 'ws'

interface Log { epoch: number, head: number, log: Envelope[], kept: Envelope[] }

/** What waits for a connection's first `resume`: frames since its welcome, which said where each producer stands. */
interface Hold { frames: { type: string, producer_id?: number }[], named: Set<number> }

/** What a test can change while the platform runs. */
export interface FakeWss2Settings {
  heartbeatMs: number
  /** Messages of one history page. */
  pageSize: number
  /** Whether new tokens on the live connection are answered. */
  mute: boolean
  /** Whether new connections are greeted. */
  greet: boolean
  /** Status with which upgrades are refused; null takes them. */
  refuse: number | null
  /** Status with which a sign-in is refused; null takes it. */
  signIn: number | null
  /** Seconds that an access token lives. */
  tokenSecs: number
  /** Whether history says that it has everything. */
  historyComplete: boolean
  /** Status with which history is refused; null answers. */
  historyStatus: number | null
}

/**
 * AP, WSS2 and DSM as far as a consumer sees them, on real ports: tokens, live data, replay from a log that can be
 * trimmed, epochs, and history that keeps everything.
 */
export class FakeWss2 {
  readonly settings: FakeWss2Settings = {
    heartbeatMs: 20_000,
    mute: false,
    greet: true,
    pageSize: 3,
    refuse: null,
    signIn: null,
    tokenSecs: 3600,
    historyComplete: true,
    historyStatus: null
  }

  readonly sockets = new Set<WebSocket>()
  readonly frames: ConsumerFrame[] = []
  readonly #holds = new Map<WebSocket, Hold>()
  readonly upgradeUrls: string[] = []
  logins = 0
  historyCalls = 0
  #logs = new Map<number, Log>()
  #tokens = 0
  #ws = new WebSocketServer({ noServer: true, handleProtocols: () => 'motience.v1' })
  #http = createServer((request, response) => { this.#answer(request, response) })

  static async start (): Promise<FakeWss2> {
    const platform = new FakeWss2()
    platform.#http.on('upgrade', (request, socket, head) => {
      platform.upgradeUrls.push(request.url ?? '')
      const { refuse } = platform.settings
      if (refuse !== null) {
        // whoever is refused may be gone before it is said
        socket.on('error', () => {})
        socket.end(`HTTP/1.1 ${refuse} Refused\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
        return
      }
      platform.#ws.handleUpgrade(request, socket, head, ws => {
        platform.#greet(ws, (request.url ?? '').includes('resume=true'))
      })
    })
    await new Promise<void>(resolve => platform.#http.listen(0, '127.0.0.1', resolve))
    return platform
  }

  get port (): number { return (this.#http.address() as AddressInfo).port }
  get httpUrl (): string { return `http://127.0.0.1:${this.port}` }
  get url (): string { return `ws://127.0.0.1:${this.port}/consumer` }

  async stop (): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise(resolve => this.#http.close(resolve))
  }

  /** Adds a producer that the consumer is subscribed to, and tells live connections. */
  subscribe (producerId: number): void {
    this.#logs.set(producerId, { epoch: 1, head: 0, log: [], kept: [] })
    this.send({ type: 'subscribed', producer_id: producerId, epoch: 1, offset: 0 })
  }

  unsubscribe (producerId: number, reason = 'revoked'): void {
    this.#logs.delete(producerId)
    this.send({ type: 'unsubscribed', producer_id: producerId, reason })
  }

  /** Accepts messages: into the log, into history, and to every live connection. */
  publish (producerId: number, count = 1): Envelope[] {
    return Array.from({ length: count }, () => {
      const log = this.#logs.get(producerId)!
      const envelope: Envelope = {
        type: 'data',
        producer_id: producerId,
        device_id: null,
        epoch: log.epoch,
        offset: ++log.head,
        id: null,
        session: null,
        seq: null,
        timestamp: '2026-01-01T00:00:00.000Z',
        received_at: '2026-01-01T00:00:00.000Z',
        payload: { n: log.head }
      }
      log.log.push(envelope)
      log.kept.push(envelope)
      this.send(envelope)
      return envelope
    })
  }

  /** Forgets the oldest of a log, as its bounds do. */
  trim (producerId: number, keep: number): void {
    const log = this.#logs.get(producerId)!
    log.log = keep === 0 ? [] : log.log.slice(-keep)
  }

  /** Opens a new epoch, as after a broker that came back older than it was. */
  openEpoch (producerId: number): void {
    const log = this.#logs.get(producerId)!
    log.epoch++
    log.head = 0
    log.log = []
    this.send({ type: 'resumed', producer_id: producerId, epoch: log.epoch, recovered: false, from: 1, to: 0 })
  }

  /** Ends every connection: with a close code, or without a word. */
  cut (code?: number): void {
    for (const socket of this.sockets) {
      if (code === undefined) socket.terminate()
      else socket.close(code)
    }
  }

  send (frame: object): void {
    for (const socket of this.sockets) {
      const hold = this.#holds.get(socket)
      if (hold === undefined) socket.send(JSON.stringify(frame))
      else hold.frames.push(frame as Hold['frames'][number])
    }
  }

  #greet (ws: WebSocket, holds: boolean): void {
    this.sockets.add(ws)
    if (holds) this.#holds.set(ws, { frames: [], named: new Set() })
    ws.on('close', () => {
      this.sockets.delete(ws)
      this.#holds.delete(ws)
    })
    ws.on('error', () => {})
    ws.on('message', data => {
      this.#receive(ws, JSON.parse(String(data)) as ConsumerFrame)
    })
    const subscriptions = [...this.#logs].map(([producerId, { epoch, head }]) => ({
      producer_id: producerId,
      epoch,
      offset: head
    }))
    if (this.settings.greet) {
      ws.send(
        JSON.stringify({
          type: 'welcome',
          user_id: 1,
          expires_at: '2030-01-01T00:00:00.000Z',
          server_time: '2026-01-01T00:00:00.000Z',
          heartbeat_ms: this.settings.heartbeatMs,
          subscriptions
        })
      )
    }
  }

  #receive (ws: WebSocket, frame: ConsumerFrame): void {
    this.frames.push(frame)
    if (frame.type === 'auth') {
      if (!this.settings.mute) {
        ws.send(JSON.stringify({ type: 'authenticated', expires_at: '2030-01-01T00:00:00.000Z' }))
      }
      return
    }
    for (const position of frame.positions) this.#replay(ws, position)
    const hold = this.#holds.get(ws)
    if (hold === undefined) return
    for (const position of frame.positions) hold.named.add(position.producer_id)
    if (frame.more === true) return
    this.#holds.delete(ws)
    for (const held of hold.frames) {
      if (held.producer_id === undefined || !hold.named.has(held.producer_id)) ws.send(JSON.stringify(held))
    }
  }

  /** Sends what came behind a position, and says first where something is missing. */
  #replay (ws: WebSocket, position: Position): void {
    const { producer_id: producerId } = position
    const log = this.#logs.get(producerId)
    if (log === undefined) return
    const resumed = (recovered: boolean, from: number, to: number): void => {
      ws.send(JSON.stringify({ type: 'resumed', producer_id: producerId, epoch: log.epoch, recovered, from, to }))
    }
    const replay = log.log.filter(envelope => comparePositions(envelope, position) > 0)
    const from = replay[0]?.offset ?? log.head + 1
    if (log.epoch !== position.epoch || from > position.offset + 1) resumed(false, from, from - 1)
    for (const envelope of replay) ws.send(JSON.stringify(envelope))
    resumed(true, from, log.head)
  }

  #answer (request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.httpUrl)
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body))
    }
    const data = /^\/api\/data\/(\d+)$/.exec(url.pathname)
    if (data !== null) {
      this.#history(Number(data[1]), url, json)
    } else if (url.pathname.startsWith('/api/auth/')) {
      if (url.pathname.endsWith('login')) this.logins++
      if (this.settings.signIn !== null) {
        json(this.settings.signIn, { code: 'MOT_AP_BAD_CREDENTIALS', detail: 'Wrong name or password' })
        return
      }
      const token = `access${++this.#tokens}`
      json(200, {
        access_token: token,
        refresh_token: 'refresh',
        token_type: 'Bearer',
        expires_in: this.settings.tokenSecs,
        user_id: 1,
        user: { username: 'someone' }
      })
    } else json(404, {})
  }

  #history (producerId: number, url: URL, json: (status: number, body: unknown) => void): void {
    this.historyCalls++
    if (this.settings.historyStatus !== null) {
      json(this.settings.historyStatus, { code: 'MOT_TEST', detail: 'Refused by the test' })
      return
    }
    const [epoch, offset] = (url.searchParams.get('cursor') ?? url.searchParams.get('after') ?? '0-0')
      .split('-')
      .map(Number) as [number, number]
    const after: LogPosition = { epoch, offset }
    const rest = (this.#logs.get(producerId)?.kept ?? []).filter(envelope => comparePositions(envelope, after) > 0)
    const items = rest.slice(0, this.settings.pageSize)
    const last = items.at(-1)
    json(200, {
      items,
      next_cursor: rest.length > items.length && last !== undefined ? `${last.epoch}-${last.offset}` : null,
      complete: this.settings.historyComplete
    })
  }
}

/** A generator of the same numbers for the same seed, uniform in [0, 1) (mulberry32). */
export const seeded = (seed: number): (() => number) => () => {
  seed = (seed + 0x6D2B79F5) | 0
  let value = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
  return ((value ^ (value >>> 14)) >>> 0) / 4294967296
}

/** Places in the order in which they came, as text that a test can compare. */
export const places = (envelopes: readonly Envelope[], producerId: number): string[] =>
  envelopes.filter(envelope => envelope.producer_id === producerId).map(({ epoch, offset }) => `${epoch}-${offset}`)
