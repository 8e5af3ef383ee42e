import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { constants, deflateRawSync } from 'node:zlib'
import { WebSocket } from 'ws'

/** A text as one masked, compressed frame; `fin` and `first` fragment a message. */
export const compressedFrame = (
  text: string | Buffer,
  { fin = true, first = true, body = deflate(text) }: { fin?: boolean; first?: boolean; body?: Buffer } = {}
): Buffer => {
  const head = Buffer.alloc(body.length < 126 ? 6 : 8)
  head[0] = (fin ? 0x80 : 0) | (first ? 0x41 : 0)
  head[1] = 0x80 | Math.min(body.length, 126)
  if (body.length >= 126) head.writeUInt16BE(body.length, 2)
  // A mask of zeros leaves the body unchanged.
  return Buffer.concat([head, body])
}

/** Compresses a message (RFC 7692). */
export const deflate = (text: string | Buffer): Buffer =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)

/** A client that has negotiated compression, with its socket, to which a test writes any frames. */
export const connectRaw = async (
  url: string,
  token: string
): Promise<{ ws: WebSocket; socket: Socket; frames: unknown[]; closed: Promise<number> }> => {
  const { hostname, port } = new URL(url)
  const socket = connectSocket(Number(port), hostname)
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, createConnection: () => socket })
  const frames: unknown[] = []
  ws.on('message', data => frames.push(JSON.parse(String(data))))
  ws.on('error', () => {})
  const closed = once(ws, 'close').then(([code]) => code as number)
  await once(ws, 'open')
  return { ws, socket, frames, closed }
}
