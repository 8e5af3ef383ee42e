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

/** Milliseconds between two measurements of the round trip. */
const PING_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const STABLE_MS = 5000

/**
 * A producer's WebSocket in a browser. Comes back by itself; whatever was not acknowledged is sent again then, under
 * the same session and number, so that a repeat is no second message.
 */
export class ProducerConnection {
  readonly state = signal<ConnectionState>('closed')
  /** Why the last connection ended, in words. */
  readonly reason = signal('')
  readonly retryAt = signal<number | null>(null)
  readonly welcome = signal<Welcome | null>(null)
  /** From a question to its answer; null before the first. */
  readonly roundTripMs = signal<number | null>(null)
  readonly outbox: SendQueue
  readonly #backoff = createBackoff({ maxMs: 15_000 })
  #socket: OpenSocket | null = null
  #heartbeat: Heartbeat | null = null
  #pinger: ReturnType<typeof setInterval> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #askedAt: number | null = null
  #openedAt: number | null = null
  #token = ''

  constructor (
    private readonly url: string,
    private readonly tokens: TokenSource,
    onReceipt: (receipt: Receipt) => void,
    private readonly onError: (frame: ErrorFrame) => void
  ) {
    this.outbox = new SendQueue(onReceipt)
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
      this.#ended({ code: 1006, reason: (error as Error).message, status: null, retryAfter: null })
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

  /** Takes a message; false where so many wait that no more are taken. Sent now, or once the connection is back. */
  send (message: Outgoing): boolean {
    if (!this.outbox.add(message)) return false
    if (this.state.peek() === 'open') this.#transmit()
    return true
  }

  async #open (): Promise<void> {
    this.#token = (await this.tokens.get()).token
    if (this.state.peek() !== 'connecting') return
    this.#timer = setTimeout(() => {
      this.#socket?.drop(1006, 'The platform did not greet in time')
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
          this.#ended(end)
        }
      }
    )
  }

  #receive (frame: ProducerServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#welcomed(frame)
        break
      case 'ack':
        if (!('acks' in frame)) this.outbox.acked(frame)
        this.#transmit()
        break
      case 'authenticated':
        if (this.#askedAt !== null) this.roundTripMs.value = performance.now() - this.#askedAt
        this.#askedAt = null
        break
      case 'error':
        if (!this.outbox.refused(frame)) this.onError(frame)
        this.#transmit()
    }
  }

  #welcomed (frame: Welcome): void {
    clearTimeout(this.#timer)
    this.#openedAt = performance.now()
    this.welcome.value = frame
    this.state.value = 'open'
    this.reason.value = ''
    this.#heartbeat = new Heartbeat(frame.heartbeat_ms, {
      ask: () => { this.#ping() },
      dead: () => { this.#socket?.drop(closeCodes.noHeartbeat, 'The platform is silent') }
    })
    this.#pinger = setInterval(() => { this.#ping() }, PING_MS)
    this.#ping()
    this.outbox.restart(frame.max_in_flight)
    this.#transmit()
  }

  #ended (end: SocketEnd): void {
    clearTimeout(this.#timer)
    clearInterval(this.#pinger)
    this.#heartbeat?.stop()
    this.#heartbeat = null
    this.#socket = null
    this.#askedAt = null
    if (this.#openedAt !== null && performance.now() - this.#openedAt > STABLE_MS) this.#backoff.reset()
    const opened = this.#openedAt !== null
    this.#openedAt = null
    if (this.state.peek() === 'closed') return
    const next = afterClose(end.code)
    this.reason.value = end.reason || (opened ? 'The connection was lost' : 'The platform does not answer')
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
    if (this.#askedAt !== null) return
    this.#askedAt = performance.now()
    this.#send({ type: 'auth', token: this.#token })
  }

  #transmit (): void {
    for (const message of this.outbox.take()) this.#socket?.send(dataFrame(message))
  }

  #send (frame: object): void { this.#socket?.send(JSON.stringify(frame)) }
}
