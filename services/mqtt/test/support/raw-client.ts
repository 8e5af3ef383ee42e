import { waitFor } from '@motience/testing'
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Test } from 'tap'
import type { Started } from './start.js'

/** A TCP connection that sends packets, or bytes that are none. */
export interface RawClient {
  readonly socket: Socket
  /** What the server sent. */
  readonly packets: Packet[]
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>
  send (packet: Packet): void
  bytes (...bytes: number[]): void
  /** Resolves to the first packet of this type, which is taken out. */
  take<T extends Packet['cmd']> (cmd: T): Promise<Extract<Packet, { cmd: T }>>
}

export const rawClient = async (t: Test, { mqtt }: Started, protocolVersion: 4 | 5): Promise<RawClient> => {
  const url = new URL(mqtt.urls.mqtt)
  const socket = connectTcp(Number(url.port), url.hostname)
  t.teardown(() => { socket.destroy() })
  socket.on('error', () => {})
  const packets: Packet[] = []
  const reader = parser({ protocolVersion })
  reader.on('packet', packet => { packets.push(packet) })
  socket.on('data', (chunk: Buffer) => { reader.parse(chunk) })
  const closed = once(socket, 'close').then(() => {})
  await once(socket, 'connect')
  return {
    socket,
    packets,
    closed,
    send: packet => { socket.write(generate(packet, { protocolVersion })) },
    bytes: (...bytes) => { socket.write(Buffer.from(bytes)) },
    take: async cmd => {
      const at = await waitFor(() => {
        const index = packets.findIndex(packet => packet.cmd === cmd)
        return index >= 0 ? { index } : null
      }, { what: cmd })
      return packets.splice(at.index, 1)[0] as never
    }
  }
}

/** Connects and signs in as a producer; `connack` is the server's answer. */
export const signIn = async (
  t: Test,
  started: Started,
  protocolVersion: 4 | 5,
  { token, ...fields }: Partial<IConnectPacket> & { token?: string } = {}
) => {
  const client = await rawClient(t, started, protocolVersion)
  client.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion,
    clientId: 'raw',
    clean: true,
    keepalive: 0,
    username: 'device',
    password: Buffer.from(token ?? await started.ap.issue({ role: 'producer', userId: 7, sid: 'raw' })),
    ...fields
  })
  return { ...client, connack: await client.take('connack') }
}
