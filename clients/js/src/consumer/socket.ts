/**
 * The part of a WebSocket that the library uses, implemented by browsers and by `ws`. `on`, `pause`, `resume` and
 * `terminate` are used if present, which is in Node.
 */
export interface SocketLike {
  readonly readyState: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send (text: string): void
  close (code?: number, reason?: string): void
  terminate?: () => void
  pause?: () => void
  resume?: () => void
}

/** Constructor of such a WebSocket. */
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike

/** The events of `ws` that a browser's WebSocket does not have. */
interface NodeEvents {
  on(event: 'ping', listener: () => void): unknown
  on(
    event: 'unexpected-response',
    listener: (
      request: { destroy(): void },
      response: { statusCode?: number; headers: Record<string, string | string[] | undefined>; resume(): void }
    ) => void
  ): unknown
  on(event: 'error', listener: () => void): unknown
}

/** How a socket ended. */
export interface SocketEnd {
  /** Close code; 1006 if there was none. */
  code: number
  reason: string
  /** Status of a rejected upgrade; null if unknown, as in browsers. */
  status: number | null
  /** `Retry-After` of that response, unparsed. */
  retryAfter: string | null
}

export interface SocketHandlers {
  onText (text: string): void
  /** Called for pings of the server, if the WebSocket exposes them. */
  onPing (): void
  /** Called once, as the last event. */
  onEnd (end: SocketEnd): void
}

/** One connection, from its opening to its end. */
export interface OpenSocket {
  send (text: string): void
  /** Stops reading; returns false in browsers, where that is not possible. */
  pause (): boolean
  resume (): void
  /** Ends it without waiting for the peer: `onEnd` is called with this code before `drop` returns. */
  drop (code: number, reason: string): void
}

const isNode = (socket: SocketLike): socket is SocketLike & NodeEvents =>
  typeof (socket as Partial<NodeEvents>).on === 'function'

/** Opens a socket and passes its events on, in the same way for Node and browsers. */
export const openSocket = (
  WebSocket: SocketConstructor,
  url: string,
  protocols: string[],
  handlers: SocketHandlers
): OpenSocket => {
  const socket = new WebSocket(url, protocols)
  let ended = false
  let refused: { status: number, retryAfter: string | null } | null = null

  const end = (code: number, reason: string): void => {
    if (ended) return
    ended = true
    socket.onopen = socket.onmessage = socket.onclose = null
    handlers.onEnd({ code, reason, status: refused?.status ?? null, retryAfter: refused?.retryAfter ?? null })
  }
  const abandon = (code?: number, reason?: string): void => {
    if (typeof socket.terminate === 'function') socket.terminate()
    else socket.close(code, reason)
  }

  socket.onmessage = (event: { data: unknown }) => { if (!ended) handlers.onText(String(event.data)) }
  socket.onclose = (event: { code: number, reason: unknown }) => { end(event.code, String(event.reason)) }
  // The close event that follows reports the failure.
  socket.onerror = () => {}
  if (isNode(socket)) {
    socket.on('ping', () => { if (!ended) handlers.onPing() })
    socket.on('error', () => {})
    socket.on('unexpected-response', (request, response) => {
      const retryAfter = response.headers['retry-after']
      refused = { status: response.statusCode ?? 0, retryAfter: typeof retryAfter === 'string' ? retryAfter : null }
      response.resume()
      request.destroy()
      end(1006, `Rejected with HTTP ${refused.status}`)
    })
  }

  return {
    send: text => { if (!ended && socket.readyState === 1) socket.send(text) },
    pause: () => {
      if (typeof socket.pause !== 'function') return false
      socket.pause()
      return true
    },
    resume: () => { socket.resume?.() },
    drop: (code, reason) => {
      if (ended) return
      end(code, reason)
      abandon(1000, reason.slice(0, 100))
    }
  }
}
