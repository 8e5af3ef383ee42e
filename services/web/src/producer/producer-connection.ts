import {
  createBackoff, Heartbeat, openSocket, type OpenSocket, type SocketConstructor, type SocketEnd, type TokenSource
} from '@motience/client/consumer'
import {
  afterClose, closeCodes, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, type ErrorFrame, type ProducerServerFrame
} from '@motience/schemas'
import { signal } from '@preact/signals'
import { dataFrame, SendQueue, type Outgoing, type Receipt } from './send-queue.js'

type Welcome = Extract<ProducerServerFrame, { type: 'welcome' }>

export type ConnectionState = 'closed' | 'connecting' | 'open' | 'waiting' | 'stopped'

/** Interval between round-trip measurements. */
const PING_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const STABLE_MS = 5000

/**
 * A producer's WebSocket in a browser. Reconnects automatically and resends unacknowledged messages with the same
 * device session and sequence number, so that the server detects duplicates.
 */
export class ProducerConnection {
  readonly state = signal<ConnectionState>('closed')
  /** Why the last connection ended, for display. */
  readonly reason = signal('')
  readonly retryAt = signal<number | null>(null)
  readonly welcome = signal<Welcome | null>(null)
  /** Latest measurement of the round trip; null before the first. */
  readonly roundTripMs = signal<number | null>(null)
  readonly sendQueue: SendQueue
  readonly #backoff = createBackoff({ maxMs: 15_000 })
  #socket: OpenSocket | null = null
  #heartbeat: Heartbeat | null = null
  #pinger: ReturnType<typeof setInterval> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #pingedAt: number | null = null
  #openedAt: number | null = null
  #token = ''

  constructor (
    private readonly url: string,
    private readonly tokens: TokenSource,
    onReceipt: (receipt: Receipt) => void,
    private readonly onError: (frame: ErrorFrame) => void
  ) {
    this.sendQueue = new SendQueue(onReceipt)
    tokens.onRenewed(({ token }) => {
      this.#token = token
      if (this.state.peek() === 'open') this.#send({ type: 'auth', token })
    })
  }

  connect (): void {
    if (this.state.peek() === 'open' || this.state.peek() === 'connecting') return
    clearTimeout(this.#timer)
    this.state.value = 'connecting'
    this.retryAt.value = null
    this.#open().catch((error: unknown) => {
      this.#onEnd({ code: 1006, reason: (error as Error).message, status: null, retryAfter: null })
    })
  }

  disconnect (): void {
    clearTimeout(this.#timer)
    this.state.value = 'closed'
    this.reason.value = ''
    this.retryAt.value = null
    this.#socket?.drop(1000, 'Closed')
    this.#socket = null
  }

  /** Queues a message, to be sent now or after reconnecting; false if the send queue is full. */
  send (message: Outgoing): boolean {
    if (!this.sendQueue.add(message)) return false
    if (this.state.peek() === 'open') this.#transmit()
    return true
  }

  async #open (): Promise<void> {
    this.#token = (await this.tokens.get()).token
    if (this.state.peek() !== 'connecting') return
    this.#timer = setTimeout(() => {
      this.#socket?.drop(1006, 'The server did not respond in time')
    }, CONNECT_TIMEOUT_MS)
    this.#socket = openSocket(
      WebSocket as unknown as SocketConstructor,
      this.url,
      [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${this.#token}`],
      {
        onText: text => {
          this.#heartbeat?.seen()
          this.#receive(JSON.parse(text) as ProducerServerFrame)
        },
        onPing: () => {
          this.#heartbeat?.seen()
        },
        onEnd: end => {
          this.#onEnd(end)
        }
      }
    )
  }

  #receive (frame: ProducerServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#onWelcome(frame)
        break
      case 'ack':
        if (!('acks' in frame)) this.sendQueue.onAck(frame)
        this.#transmit()
        break
      case 'authenticated':
        if (this.#pingedAt !== null) this.roundTripMs.value = performance.now() - this.#pingedAt
        this.#pingedAt = null
        break
      case 'error':
        if (!this.sendQueue.onError(frame)) this.onError(frame)
        this.#transmit()
    }
  }

  #onWelcome (frame: Welcome): void {
    clearTimeout(this.#timer)
    this.#openedAt = performance.now()
    this.welcome.value = frame
    this.state.value = 'open'
    this.reason.value = ''
    this.#heartbeat = new Heartbeat(frame.heartbeat_ms, {
      ask: () => { this.#ping() },
      dead: () => { this.#socket?.drop(closeCodes.noHeartbeat, 'The server stopped responding') }
    })
    this.#pinger = setInterval(() => { this.#ping() }, PING_MS)
    this.#ping()
    this.sendQueue.restart(frame.max_in_flight)
    this.#transmit()
  }

  #onEnd (end: SocketEnd): void {
    clearTimeout(this.#timer)
    clearInterval(this.#pinger)
    this.#heartbeat?.stop()
    this.#heartbeat = null
    this.#socket = null
    this.#pingedAt = null
    if (this.#openedAt !== null && performance.now() - this.#openedAt > STABLE_MS) this.#backoff.reset()
    const opened = this.#openedAt !== null
    this.#openedAt = null
    if (this.state.peek() === 'closed') return
    const next = afterClose(end.code)
    this.reason.value = end.reason || (opened ? 'Connection lost' : "Can't reach the server")
    if (next === 'stop') {
      this.state.value = 'stopped'
      return
    }
    if (next === 'login' || (!opened && this.#backoff.failures % 3 === 2)) this.tokens.invalidate(this.#token)
    const waitMs = this.#backoff.next()
    this.state.value = 'waiting'
    this.retryAt.value = Date.now() + waitMs
    this.#timer = setTimeout(() => { this.connect() }, waitMs)
  }

  #ping (): void {
    if (this.#pingedAt !== null) return
    this.#pingedAt = performance.now()
    this.#send({ type: 'auth', token: this.#token })
  }

  #transmit (): void {
    for (const message of this.sendQueue.take()) this.#socket?.send(dataFrame(message))
  }

  #send (frame: object): void { this.#socket?.send(JSON.stringify(frame)) }
}
