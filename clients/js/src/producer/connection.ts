import { EventEmitter } from 'node:events'
import { afterClose, SUBPROTOCOL, type ProducerWelcomeFrame } from '@motience/schemas'
import { WebSocket } from 'ws'
import { createBackoff, type BackoffOptions } from '../session/backoff.js'
import { parseRetryAfter, RestError } from '../session/rest.js'
import type { TokenSession } from '../session/tokens.js'
import { readServerFrame, type ServerFrame } from './protocol.js'
import { closeWebSocket, openWebSocket, watchHeartbeat, WELCOME_TIMEOUT_MS } from './websocket.js'

export type ConnectionState = 'waiting' | 'connecting' | 'online' | 'stopped' | 'closed'

/** Why a connection ended or could not be made. */
export interface ConnectionFault {
  message: string
  code: number | string | null
  /** Milliseconds since 1970. */
  at: number
  /** Milliseconds until the next attempt; null for none. */
  retryInMs: number | null
}

export interface ConnectionEvents {
  /** Readings can be sent. */
  online: [welcome: ProducerWelcomeFrame, sentMono: number, receivedMono: number]
  offline: [fault: ConnectionFault]
  frame: [frame: Exclude<ServerFrame, ProducerWelcomeFrame>, receivedMono: number]
  /** The platform rejected the account. */
  stopped: [fault: ConnectionFault]
}

/** What to connect to, and as whom. */
export interface ConnectionTarget {
  url: string
  tokens: TokenSession
  /** Whether to compress frames if the platform supports it. */
  compression: boolean
}

export interface ConnectionOptions extends ConnectionTarget {
  mono: () => number
  /** Delay before retrying after a rejection, in milliseconds; null: never. */
  stoppedRetryMs: number | null
  backoff?: BackoffOptions
}

/** The connection to WSS1, which reconnects whenever it is lost. */
export interface Connection {
  readonly events: EventEmitter<ConnectionEvents>
  readonly state: ConnectionState
  readonly lastFault: ConnectionFault | null
  /** Sends a frame; returns false if not online. */
  send (text: string): boolean
  /** Reconnects, because the state of the connection is unreliable. */
  restart (message: string, code?: string): void
  /** Resets the back-off, as the platform has accepted readings. */
  confirm (): void
  start (): void
  /** Reconnects to another target at once. */
  use (target: ConnectionTarget): void
  close (): Promise<void>
}

/** Why a producer with a key stopped. */
const KEY_REFUSED = 'The platform refused the key: it is wrong, revoked or expired'

export const createConnection = ({
  mono,
  stoppedRetryMs,
  backoff: backoffOptions = {},
  ...firstTarget
}: ConnectionOptions): Connection => {
  let { url, tokens, compression } = firstTarget
  const events = new EventEmitter<ConnectionEvents>()
  const backoff = createBackoff(backoffOptions)
  let state: ConnectionState = 'closed'
  let lastFault: ConnectionFault | null = null
  let socket: WebSocket | null = null
  let retryTimer: NodeJS.Timeout | undefined
  let stopWatching = () => {}
  let usedToken = ''
  /** Counts attempts and closings: an attempt that was superseded while it signed in is abandoned. */
  let attempts = 0

  /** Called once at the end of every attempt or connection. */
  const ended = (message: string, code: number | string | null, { stop = false, retryAfterMs = 0 } = {}) => {
    if (state === 'closed') return
    const wasOnline = state === 'online'
    stopWatching()
    socket = null
    const jitteredRetryMs = stoppedRetryMs === null ? null : Math.round(stoppedRetryMs * (1 + Math.random() / 10))
    const retryInMs = stop ? jitteredRetryMs : backoff.next(retryAfterMs)
    lastFault = { message, code, at: Date.now(), retryInMs }
    state = stop ? 'stopped' : 'waiting'
    if (retryInMs !== null) retryTimer = setTimeout(() => { connect().catch(() => {}) }, retryInMs)
    if (stop) events.emit('stopped', lastFault)
    if (wasOnline || !stop) events.emit('offline', lastFault)
  }

  const opened = (ws: WebSocket) => {
    const sentMono = mono()
    let welcomed = false
    let refusal: { message: string, status: number, retryAfterMs: number } | null = null
    let failure = 'Closed'
    const welcomeTimer = setTimeout(() => { ws.terminate() }, WELCOME_TIMEOUT_MS)

    ws.on('message', (data: Buffer) => {
      const receivedMono = mono()
      const frame = readServerFrame(data.toString('utf8'))
      if (frame === null || ws !== socket) return
      if (frame.type !== 'welcome') {
        events.emit('frame', frame, receivedMono)
        return
      }
      if (welcomed) return
      welcomed = true
      clearTimeout(welcomeTimer)
      state = 'online'
      stopWatching = watchHeartbeat(ws, frame.heartbeat_ms, mono)
      events.emit('online', frame, sentMono, receivedMono)
    })
    ws.on('unexpected-response', (request, response) => {
      refusal = {
        message: `Connection rejected with HTTP ${response.statusCode}`,
        status: response.statusCode ?? 0,
        retryAfterMs: parseRetryAfter(response.headers['retry-after']) ?? 0
      }
      response.resume()
      request.destroy()
      ws.terminate()
    })
    ws.on('error', error => { failure = error.message })
    ws.on('close', code => {
      clearTimeout(welcomeTimer)
      if (ws !== socket) return
      if (refusal !== null) {
        const isKeyRefused = refusal.status === 401 && tokens.isKey === true
        if (refusal.status === 401 && !isKeyRefused) tokens.invalidate(usedToken)
        ended(isKeyRefused ? KEY_REFUSED : refusal.message, refusal.status, {
          stop: refusal.status === 403 || isKeyRefused, retryAfterMs: refusal.retryAfterMs
        })
        return
      }
      const next = afterClose(code)
      // A key may go on to be good: its device was renamed. If it is not, the next upgrade is refused.
      if (next === 'login' && tokens.isKey !== true) tokens.invalidate(usedToken)
      ended(
        code === 1006 ? `Connection lost: ${failure}` : `Connection closed by the platform with ${code}`,
        code,
        { stop: next === 'stop' }
      )
    })
  }

  const connect = async () => {
    state = 'connecting'
    const attempt = ++attempts
    try {
      const { token } = await tokens.get()
      if (attempt !== attempts) return
      usedToken = token
    } catch (error) {
      if (attempt !== attempts) return
      const rest = error instanceof RestError ? error : null
      // A wrong password may be corrected on the platform too, so it is retried at the slowest rate.
      const wait = rest?.final === true ? 60_000 : (rest?.retryAfterMs ?? 0)
      ended(`Sign-in failed: ${(error as Error).message}`, rest?.code ?? rest?.status ?? null, {
        stop: rest?.status === 403,
        retryAfterMs: wait
      })
      return
    }
    socket = openWebSocket(url, SUBPROTOCOL, usedToken, compression)
    opened(socket)
  }

  const followRenewals = () => tokens.onRenewed(({ token }) => {
    if (state !== 'online' || (token === usedToken && tokens.isKey !== true)) return
    usedToken = token
    socket?.send(JSON.stringify({ type: 'auth', token }))
  })
  let stopRenewals = followRenewals()

  return {
    events,
    get state () { return state },
    get lastFault () { return lastFault },
    send: text => {
      if (state !== 'online' || socket?.readyState !== WebSocket.OPEN) return false
      socket.send(text)
      return true
    },
    restart: (message, code) => {
      const ws = socket
      if (ws === null) return
      if (code !== undefined && tokens.isKey !== true) tokens.invalidate(usedToken)
      ended(message, code ?? null)
      ws.terminate()
    },
    confirm: () => { backoff.reset() },
    start: () => {
      if (state === 'closed') connect().catch(() => {})
    },
    use: target => {
      stopRenewals()
      ;({ url, tokens, compression } = target)
      stopRenewals = followRenewals()
      if (state === 'closed') return
      const ws = socket
      backoff.reset()
      ended('Configuration changed', null)
      clearTimeout(retryTimer)
      connect().catch(() => {})
      ws?.close(1000)
    },
    close: async () => {
      const ws = socket
      attempts++
      state = 'closed'
      socket = null
      clearTimeout(retryTimer)
      stopWatching()
      stopRenewals()
      if (ws !== null) await closeWebSocket(ws)
    }
  }
}
