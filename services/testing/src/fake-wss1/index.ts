import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { ProducerFrameSchema, type Message, type ProducerFrame } from '@motience/schemas'
import { WebSocketServer, type WebSocket } from 'ws'
import { History, type Accepted } from './history.js'

export { History, type StoredMessage } from './history.js'

export interface FakeWss1Settings {
  maxInFlight: number
  maxPayload: number
  maxFrame: number
  heartbeatMs: number
  expiresIn: number
  /** Milliseconds by which the platform's clock is ahead of the device's. */
  clockSkewMs: number
  compression: boolean
  /** Milliseconds between a frame and its ack. */
  latencyMs: number
  /** The valid password. */
  password: string
  /** Response to upgrades; null accepts them. */
  refuseUpgrade: { status: number, headers?: Record<string, string> } | null
  /** Decides the result for a message; null for the usual one. */
  intercept: (message: Message, connection: number) => Accepted | null
  /** Refuses a frame as a whole, with an error that names no message; null accepts it. */
  refuseFrame: (frame: ProducerFrame) => { code: string, message: string } | null
  /** Whether to answer a frame; if not, the connection is closed. */
  answers: (frame: ProducerFrame) => boolean
  /** Whether to store all messages, or only the latest: a benchmark does not need those of a whole day. */
  keepAll: boolean
  /** Whether to stop sending and answering pings. */
  mute: boolean
}

const frameCheck = TypeCompiler.Compile(ProducerFrameSchema)

const defaults: FakeWss1Settings = {
  maxInFlight: 1000,
  maxPayload: 65_536,
  maxFrame: 1_048_576,
  heartbeatMs: 25_000,
  expiresIn: 3600,
  clockSkewMs: 0,
  compression: false,
  latencyMs: 0,
  password: 'long-secret',
  refuseUpgrade: null,
  intercept: () => null,
  refuseFrame: () => null,
  answers: () => true,
  keepAll: true,
  mute: false
}

/** AP and WSS1 on real ports, as in the contract; stored messages survive `stop` and `start`. */
export class FakeWss1 {
  readonly history: History
  readonly settings: FakeWss1Settings
  readonly calls: string[] = []
  /** The latest frames. */
  frames: ProducerFrame[] = []
  readonly sockets = new Set<WebSocket>()
  /** Maximum number of messages that were in flight at the same time. */
  peakInFlight = 0
  connections = 0
  /** Keys that claim codes are traded for, once. */
  readonly claims = new Map<string, string>()
  readonly #tcp = new Set<Socket>()
  #endedBytes = 0
  #http: Server | null = null
  #port = 0
  #issued = 0
  readonly #valid = new Set<string>()

  constructor (settings: Partial<FakeWss1Settings> = {}) {
    this.settings = { ...defaults, ...settings }
    this.history = new History(this.settings.keepAll)
  }

  get authUrl (): string { return `http://127.0.0.1:${this.#port}` }
  get websocketUrl (): string { return `ws://127.0.0.1:${this.#port}/producer` }

  async start (): Promise<this> {
    const http = createServer((request, response) => { this.#rest(request, response) })
    const wss = new WebSocketServer({ noServer: true, perMessageDeflate: this.settings.compression })
    http.on('upgrade', (request, socket, head) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
      const refusal = this.settings.refuseUpgrade ?? (this.#valid.has(token) ? null : { status: 401 })
      if (refusal !== null) {
        const headers = Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`).join('')
        socket.end(`HTTP/1.1 ${refusal.status} No\r\n${headers}connection: close\r\ncontent-length: 0\r\n\r\n`)
        return
      }
      const tcp = socket as Socket
      this.#tcp.add(tcp)
      tcp.on('close', () => {
        this.#tcp.delete(tcp)
        this.#endedBytes += tcp.bytesRead
      })
      wss.handleUpgrade(request, socket, head, ws => { this.#connected(ws) })
    })
    http.listen(this.#port, '127.0.0.1')
    await once(http, 'listening')
    this.#http = http
    this.#port = (http.address() as AddressInfo).port
    return this
  }

  /** Stops without a closing handshake, like a machine that lost power; the port stays reserved for `start`. */
  async stop (): Promise<void> {
    const http = this.#http
    if (http === null) return
    this.#http = null
    for (const ws of this.sockets) ws.terminate()
    http.closeAllConnections()
    await new Promise(resolve => http.close(resolve))
  }

  /** Bytes received on all WebSockets, including framing. */
  get receivedBytes (): number {
    return [...this.#tcp].reduce((sum, { bytesRead }) => sum + bytesRead, this.#endedBytes)
  }

  /** Takes a key from now on. */
  addKey (key: string): void { this.#valid.add(key) }

  /** Makes tokens and keys that were given out invalid. */
  revokeTokens (): void { this.#valid.clear() }

  #rest (request: IncomingMessage, response: ServerResponse): void {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() })
    request.on('end', () => {
      const path = (request.url ?? '').replace('/api/', '')
      this.calls.push(path)
      const body = JSON.parse(text) as {
        username?: string
        password?: string
        role?: string
        device_id?: string
        code?: string
        name?: string
      }
      const answer = (status: number, content: unknown) => {
        response.writeHead(status, { 'content-type': status < 300 ? 'application/json' : 'application/problem+json' })
        response.end(JSON.stringify(content))
      }
      const user = {
        id: 7,
        username: body.username ?? 'pi',
        role: body.role ?? 'producer',
        device_id: body.device_id ?? null,
        created_at: new Date().toISOString()
      }
      if (path === 'auth/register') {
        return answer(
          body.username === 'taken' ? 409 : 201,
          body.username === 'taken' ? { code: 'MOT_AP_USERNAME_TAKEN', detail: 'The username is taken' } : { user }
        )
      }
      if (path === 'devices/claim') {
        const key = this.claims.get(body.code ?? '')
        this.claims.delete(body.code ?? '')
        if (key === undefined) return answer(404, { code: 'MOT_AP_CLAIM_INVALID', detail: 'No such code' })
        this.addKey(key)
        return answer(201, { device: { name: body.name }, key, producer_id: 7 })
      }
      if (path === 'auth/login' && body.password !== this.settings.password) {
        return answer(401, { code: 'MOT_AP_BAD_CREDENTIALS', detail: 'Wrong username or password' })
      }
      const token = `token-${++this.#issued}`
      this.#valid.add(token)
      answer(200, {
        access_token: token,
        refresh_token: `refresh-${this.#issued}`,
        token_type: 'Bearer',
        expires_in: this.settings.expiresIn,
        user_id: 7,
        user
      })
    })
  }

  #now (): string { return new Date(Date.now() + this.settings.clockSkewMs).toISOString() }

  #connected (ws: WebSocket): void {
    const connection = ++this.connections
    this.sockets.add(ws)
    ws.on('close', () => { this.sockets.delete(ws) })
    ws.on('error', () => {})
    const { heartbeatMs, maxPayload, maxFrame, maxInFlight, mute, expiresIn } = this.settings
    const send = (frame: object) => { if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(frame)) }
    send({
      type: 'welcome',
      user_id: 7,
      expires_at: new Date(Date.now() + expiresIn * 1000).toISOString(),
      server_time: this.#now(),
      heartbeat_ms: heartbeatMs,
      max_payload: maxPayload,
      max_frame: maxFrame,
      max_in_flight: maxInFlight
    })
    if (mute) {
      ws.pause()
      return
    }
    const ping = setInterval(() => { ws.ping() }, heartbeatMs)
    ws.on('close', () => { clearInterval(ping) })
    let inFlight = 0
    let turn = Promise.resolve()
    ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ProducerFrame
      // A frame that does not match the schema is a bug of the client, and fails the test.
      if (!frameCheck.Check(frame)) throw new Error(`Bad frame: ${data.toString().slice(0, 300)}`)
      this.frames.push(frame)
      if (this.frames.length > 1000) this.frames = this.frames.slice(-500)
      if (frame.type === 'auth') {
        if (this.#valid.has(frame.token)) send({ type: 'authenticated', expires_at: this.#now() })
        else ws.close(4001)
        return
      }
      const messages = frame.type === 'batch' ? frame.messages : [frame]
      inFlight += messages.length
      this.peakInFlight = Math.max(this.peakInFlight, inFlight)
      turn = turn.then(async () => {
        if (this.settings.latencyMs > 0) await new Promise(resolve => setTimeout(resolve, this.settings.latencyMs))
        // A frame that was sent before the connection was lost may not have been read.
        if (ws.readyState !== ws.OPEN) return
        const refusal = this.settings.refuseFrame(frame)
        if (refusal !== null) {
          inFlight -= messages.length
          send({ type: 'error', ...refusal })
          return
        }
        const answers = messages.map(message => this.#answer(message, connection))
        inFlight -= messages.length
        if (!this.settings.answers(frame)) ws.terminate()
        else if (frame.type === 'batch') send({ type: 'ack', acks: answers })
        else send('error' in answers[0]! ? { type: 'error', ...answers[0].error } : { type: 'ack', ...answers[0] })
      })
    })
  }

  #answer (message: Message & { type?: string }, connection: number): { error: object } | object {
    const { type, ...plain } = message
    const accepted = this.settings.intercept(plain, connection) ?? this.history.accept(plain)
    const named = {
      ...(message.id === undefined ? {} : { id: message.id }),
      ...(message.seq === undefined ? {} : { seq: message.seq })
    }
    if ('code' in accepted) return { error: { ...accepted, ...named } }
    return {
      subscriberCount: 1,
      epoch: 1,
      offset: accepted.offset,
      received_at: this.#now(),
      ...named,
      ...(accepted.duplicate ? { duplicate: true } : {})
    }
  }
}
