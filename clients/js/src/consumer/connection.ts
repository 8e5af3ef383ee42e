import type { ConsumerServerFrame } from '@motience/schemas'
import { closeCodes, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@motience/schemas/protocol'
import { Heartbeat } from './heartbeat.js'
import { openSocket, type OpenSocket, type SocketConstructor, type SocketEnd } from './socket.js'
import { setEnvelopeText } from './envelope-text.js'

type WelcomeFrame = Extract<ConsumerServerFrame, { type: 'welcome' }>

export interface ConnectionOptions {
  WebSocket: SocketConstructor
  url: string
  token: string
  connectTimeoutMs: number
  /** The current token, for the heartbeat's request. */
  currentToken: () => string
  onWelcome (frame: WelcomeFrame): void
  /** Called for every other frame. */
  onFrame (frame: Exclude<ConsumerServerFrame, { type: 'welcome' }>): void
}

/** How a connection ended, and how long it was open. */
export interface ConnectionEnd extends SocketEnd {
  /** Milliseconds since `welcome`; null if it never came. */
  openMs: number | null
}

/** One connection to WSS2, with a timeout for `welcome`, a heartbeat, and token renewal. */
export class Connection {
  /** Resolves when the connection has ended; never rejects. */
  readonly ended: Promise<ConnectionEnd>
  readonly #socket: OpenSocket
  readonly #options: ConnectionOptions
  #heartbeatMs: number | null = null
  #heartbeat: Heartbeat | null = null
  #openedAt: number | null = null

  constructor (options: ConnectionOptions) {
    this.#options = options
    const { promise, resolve } = deferred<ConnectionEnd>()
    this.ended = promise
    const timer = setTimeout(() => this.#socket.drop(1006, 'No welcome in time'), options.connectTimeoutMs)
    this.#socket = openSocket(
      options.WebSocket,
      options.url,
      [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${options.token}`],
      {
        onText: text => {
          this.#heartbeat?.seen()
          this.#receive(text, options, timer)
        },
        onPing: () => {
          this.#heartbeat?.seen()
        },
        onEnd: end => {
          clearTimeout(timer)
          this.#heartbeat?.stop()
          resolve({ ...end, openMs: this.#openedAt === null ? null : performance.now() - this.#openedAt })
        }
      }
    )
  }

  send (frame: object): void { this.#socket.send(JSON.stringify(frame)) }

  /** Sends a new token. */
  authenticate (token: string): void { this.send({ type: 'auth', token }) }

  /**
   * Stops reading; returns false if that is not possible. Since pings are not read either, the heartbeat stops.
   */
  pause (): boolean {
    if (!this.#socket.pause()) return false
    this.#heartbeat?.stop()
    return true
  }

  /** Resumes reading and the heartbeat. */
  resume (): void {
    this.#socket.resume()
    this.#listen()
  }

  drop (code: number, reason: string): void { this.#socket.drop(code, reason) }

  #receive (text: string, options: ConnectionOptions, timer: ReturnType<typeof setTimeout>): void {
    let frame: ConsumerServerFrame
    try {
      frame = JSON.parse(text) as ConsumerServerFrame
    } catch {
      this.drop(closeCodes.badData, 'Invalid JSON from the server')
      return
    }
    if (frame.type !== 'welcome') {
      if (frame.type === 'data') setEnvelopeText(frame, text)
      options.onFrame(frame)
      return
    }
    clearTimeout(timer)
    this.#openedAt = performance.now()
    this.#heartbeatMs = frame.heartbeat_ms
    this.#listen()
    options.onWelcome(frame)
  }

  #listen (): void {
    this.#heartbeat?.stop()
    if (this.#heartbeatMs === null) return
    this.#heartbeat = new Heartbeat(this.#heartbeatMs, {
      ask: () => { this.authenticate(this.#options.currentToken()) },
      dead: () => { this.drop(closeCodes.noHeartbeat, 'No heartbeat from the server') }
    })
  }
}

const deferred = <T>(): { promise: Promise<T>, resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}
