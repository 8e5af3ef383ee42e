import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP load balancer that can cut what goes through it. */
export interface Balancer {
  readonly port: number
  /**
   * Destroys all connections in both directions, as a broken network does; new ones are taken at once. Returns how
   * many.
   */
  cut (): number
  close (): Promise<void>
}

const CONNECT_TIMEOUT_MS = 1000

const dial = (port: number) => new Promise<Socket | null>(resolve => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const give = (result: Socket | null) => {
    socket.removeAllListeners()
    socket.on('error', () => socket.destroy())
    if (result === null) socket.destroy()
    socket.setTimeout(0)
    resolve(result)
  }
  socket.setTimeout(CONNECT_TIMEOUT_MS)
  socket.once('connect', () => give(socket))
  socket.once('error', () => give(null))
  socket.once('timeout', () => give(null))
})

/**
 * Listens on a free port and hands connections to the upstream ports in turn; one that refuses is passed over.
 * A connection for which no upstream answers is closed.
 */
export const startBalancer = async (upstreams: readonly number[]): Promise<Balancer> => {
  const sockets = new Set<Socket>()
  let turn = 0

  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }

  const server = createServer({ pauseOnConnect: true, noDelay: true }, async client => {
    track(client)
    const first = turn++
    for (let i = 0; i < upstreams.length; i++) {
      const upstream = await dial(upstreams[(first + i) % upstreams.length]!)
      if (upstream === null) continue
      track(upstream)
      client.once('close', () => upstream.destroy())
      upstream.once('close', () => client.destroy())
      if (client.destroyed) return upstream.destroy()
      client.pipe(upstream).pipe(client)
      return
    }
    client.destroy()
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
