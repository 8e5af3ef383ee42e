import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A network between a client and a server on this machine, with latency, which can be cut. */
export interface LatencyProxy {
  readonly port: number
  /** Destroys all connections, with the data in transit; new ones are accepted immediately. Returns their number. */
  cut (): number
  close (): Promise<void>
}

/** Maximum bytes in transit in one direction of one connection; above it nothing is read. */
const MAX_BUFFERED_BYTES = 4_194_304

/** Forwards what one socket receives to another, each chunk `delayMs` later, and then its end. */
const forward = (from: Socket, to: Socket, delayMs: number): void => {
  const underway: { due: number, chunk: Buffer | null }[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let blocked = false

  const deliver = (): void => {
    timer = undefined
    while (!blocked && underway.length > 0 && underway[0]!.due <= performance.now()) {
      const { chunk } = underway.shift()!
      if (chunk === null) {
        to.end()
        return
      }
      bytes -= chunk.length
      blocked = !to.write(chunk)
    }
    if (from.isPaused() && bytes < MAX_BUFFERED_BYTES / 2) from.resume()
    if (!blocked && underway.length > 0) timer = setTimeout(deliver, Math.max(0, underway[0]!.due - performance.now()))
  }
  const send = (chunk: Buffer | null): void => {
    underway.push({ due: performance.now() + delayMs, chunk })
    if (chunk !== null) bytes += chunk.length
    if (bytes >= MAX_BUFFERED_BYTES) from.pause()
    if (timer === undefined) deliver()
  }

  from.on('data', send)
  from.on('end', () => { send(null) })
  to.on('drain', () => {
    blocked = false
    if (timer === undefined) deliver()
  })
  to.on('close', () => { clearTimeout(timer) })
}

/** Listens on a free port and forwards connections to `upstreamPort`, with `delayMs` each way. */
export const startLatencyProxy = async (upstreamPort: number, delayMs: number): Promise<LatencyProxy> => {
  const sockets = new Set<Socket>()
  const track = (socket: Socket, peer: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      sockets.delete(socket)
      peer.destroy()
    })
  }
  const server = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    const upstream = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    track(client, upstream)
    track(upstream, client)
    forward(client, upstream, delayMs)
    forward(upstream, client, delayMs)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = (): number => {
    const count = sockets.size
    for (const socket of sockets) socket.destroy()
    return count
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: async () => {
      server.close()
      cut()
    }
  }
}
