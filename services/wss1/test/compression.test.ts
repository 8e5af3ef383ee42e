import { waitFor } from '@motience/testing'
import { connect as connectSocket, type Socket } from 'node:net'
import { constants, deflateRawSync } from 'node:zlib'
import t from 'tap'
import type { PerMessageDeflateOptions } from 'ws'
import { connect, start, stats, type Producer, type Started } from './support/start.js'

/** The compression that the agent offers. */
const likeAgent: PerMessageDeflateOptions = {
  threshold: 128,
  clientMaxWindowBits: 13,
  zlibDeflateOptions: { memLevel: 6, level: 6 }
}

const connectOver = async (
  started: Started,
  perMessageDeflate: PerMessageDeflateOptions | false,
  userId = 1
): Promise<{ producer: Producer; socket: Socket }> => {
  const { hostname, port } = new URL(started.wss1.urls.websocket)
  const socket = connectSocket(Number(port), hostname)
  return { producer: await connect(started, { userId }, { perMessageDeflate, createConnection: () => socket }), socket }
}

/** A masked frame, compressed according to RFC 7692. */
const compressedFrame = (frame: object): Buffer => {
  const body = deflateRawSync(JSON.stringify(frame), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
  const head = Buffer.alloc(body.length < 126 ? 6 : 8)
  head[0] = 0xc1
  head[1] = 0x80 | Math.min(body.length, 126)
  if (body.length >= 126) head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

const reading = (seq: number): object => ({
  type: 'data',
  session: 'ab12cd34-l',
  seq,
  timestamp: new Date(1_700_000_000_000 + seq * 1_000).toISOString(),
  payload: {
    cpu: { usage: ((seq * 7_919) % 1_000) / 10, load: [0.1, 0.2, 0.3] },
    memory: { used: 1_000_000 + ((seq * 104_729) % 9_999), free: 2_000_000 },
    temperature: { cpu: 40 + (seq % 17) },
    name: 'kitchen'
  }
})

t.test('compressed readings are acked like plain ones, and take a third of the bytes', async t => {
  const started = await start(t)
  const sent: number[] = []
  for (const [userId, offered] of [false as const, likeAgent].entries()) {
    const { producer, socket } = await connectOver(started, offered, userId + 1)
    t.equal(producer.ws.extensions, offered === false ? '' : 'permessage-deflate')
    const before = socket.bytesWritten
    for (let seq = 1; seq <= 200; seq++) producer.send(reading(seq))
    await producer.receive(200)
    t.strictSame(producer.acks().map(ack => ack.seq), Array.from({ length: 200 }, (_, i) => i + 1))
    sent.push(socket.bytesWritten - before)
  }
  const [plain = 0, compressed = 0] = sent
  t.ok(compressed < plain / 3, `${compressed} bytes for ${plain}`)
})

t.test('compression is declined when it is turned off', async t => {
  const started = await start(t, { WSS1_COMPRESSION: 'false' })
  const { producer } = await connectOver(started, likeAgent)
  t.equal(producer.ws.extensions, '')
  producer.send(reading(1))
  await producer.receive(1)
})

t.test('a read that expands to 64 MiB is paused at max_in_flight, and no message is lost', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '4', WSS1_MESSAGE_RATE: '100000' })
  const { producer, socket } = await connectOver(started, likeAgent)
  const release = started.dsm.hold()
  const bombs = Array.from({ length: 1_000 }, (_, i) =>
    compressedFrame({ type: 'data', payload: { a: 'a'.repeat(65_000) }, session: 's', seq: i + 1 })
  )
  socket.write(Buffer.concat(bombs))
  await waitFor(async () => (await stats(started)).paused === 1)
  for (let i = 0; i < 20; i++) t.equal((await stats(started)).in_flight, 4)
  release()
  await producer.receive(1_000)
  t.strictSame(producer.acks().map(ack => ack.seq), Array.from({ length: 1_000 }, (_, i) => i + 1))
})

t.test('many such connections exceed the maximum bytes in flight by one frame at most', async t => {
  const bytes = 2_000_000
  const started = await start(t, {
    WSS1_MAX_IN_FLIGHT: '100000',
    WSS1_MAX_IN_FLIGHT_BYTES: String(bytes),
    WSS1_MESSAGE_RATE: '100000'
  })
  started.dsm.hold()
  const batch = compressedFrame({
    type: 'batch',
    messages: Array.from({ length: 15 }, () => ({ payload: { a: 'a'.repeat(65_000) } }))
  })
  const clients = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => await connectOver(started, likeAgent, i + 1))
  )
  for (const { socket } of clients) socket.write(Buffer.concat(Array.from({ length: 40 }, () => batch)))
  await waitFor(async () => (await stats(started)).paused === 10)
  const held = (await stats(started)).in_flight_bytes ?? 0
  t.ok(held >= bytes / 2 && held <= bytes + 1_048_576, `${held} bytes`)
})
