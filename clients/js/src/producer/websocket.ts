import { WebSocket } from 'ws'

const HANDSHAKE_TIMEOUT_MS = 15_000
/** Milliseconds from the handshake to the platform's `welcome`. */
export const WELCOME_TIMEOUT_MS = 2 * HANDSHAKE_TIMEOUT_MS
const CLOSE_TIMEOUT_MS = 2000
/** The largest frame that WSS1 has reason to send: the acks of a batch. */
const MAX_FRAME_BYTES = 1024 * 1024

/** Opens a WebSocket as the account that `token` belongs to. */
export const openWebSocket = (url: string, subprotocol: string, token: string, compression: boolean): WebSocket =>
  new WebSocket(url, subprotocol, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
    // Small windows: 15 bits would cost a device some 300 KiB to save a few per cent more.
    perMessageDeflate: compression
      ? { threshold: 128, clientMaxWindowBits: 13, zlibDeflateOptions: { memLevel: 6, level: 6 } }
      : false
  })

/**
 * Terminates a connection that has been silent for two heartbeats; after the first one it is pinged. Returns a function
 * that stops watching.
 */
export const watchHeartbeat = (ws: WebSocket, heartbeatMs: number, mono: () => number): () => void => {
  let heardAt = mono()
  const heard = () => { heardAt = mono() }
  for (const event of ['ping', 'pong', 'message']) ws.on(event, heard)
  const timer = setInterval(() => {
    const silentMs = mono() - heardAt
    if (silentMs > heartbeatMs * 2) ws.terminate()
    else if (silentMs > heartbeatMs && ws.readyState === WebSocket.OPEN) ws.ping()
  }, Math.max(50, heartbeatMs / 2))
  return () => { clearInterval(timer) }
}

/** Closes a connection; one whose peer does not answer is terminated. Resolves once it is closed. */
export const closeWebSocket = async (ws: WebSocket): Promise<void> => {
  if (ws.readyState === WebSocket.CLOSED) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(() => { ws.terminate() }, CLOSE_TIMEOUT_MS)
    ws.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    if (ws.readyState === WebSocket.CONNECTING) ws.terminate()
    else ws.close(1000)
  })
}
