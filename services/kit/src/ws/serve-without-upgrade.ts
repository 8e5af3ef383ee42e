import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** Headers of an offered upgrade, which is ignored. */
const OF_UPGRADE = new Set(['connection', 'upgrade', 'http2-settings'])

/**
 * Passes a request with an offer of an upgrade other than to WebSocket back to its server, as if it had not been
 * offered (RFC 9110, 7.8). Node emits `upgrade` for all of them as soon as a server handles any, and some clients offer
 * `h2c` with each request.
 */
export const serveWithoutUpgrade = (server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void => {
  const lines = [`${request.method} ${request.url} HTTP/1.1`]
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = [request.rawHeaders[i]!, request.rawHeaders[i + 1]!]
    if (!OF_UPGRADE.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
