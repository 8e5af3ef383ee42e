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
  /** The newest token, for a question that the server answers. */
  currentToken: () => string
  onWelcome (frame: WelcomeFrame): void
  /** Every other frame. */
  onFrame (frame: Exclude<ConsumerServerFrame, { type: 'welcome' }>): void
}

/** How a connection ended, and for how long data could flow. */
export interface ConnectionEnd extends SocketEnd {
  /** Milliseconds since the greeting; null where none came. */
  openMs: number | null
}

/** One connection to WSS2: greeted in time, listened to for life, and given new tokens. */
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
    const timer = setTimeout(() => this.#socket.drop(1006, 'No greeting in time'), options.connectTimeoutMs)
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

  /** Gives the live connection a new token. */
  authenticate (token: string): void { this.send({ type: 'auth', token }) }

  /**
   * Stops reading; false where that can't be done. The server's pings are not read either, so no silence is noticed.
   */
  pause (): boolean {
    if (!this.#socket.pause()) return false
    this.#heartbeat?.stop()
    return true
  }

  /** Reads on, and listens for life again. */
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
      this.drop(closeCodes.badData, 'The server sent no JSON')
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
      dead: () => { this.drop(closeCodes.noHeartbeat, 'The server is silent') }
    })
  }
}

const deferred = <T>(): { promise: Promise<T>, resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}
