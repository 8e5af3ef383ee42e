import { connect as connectSocket } from 'node:net'
import t from 'tap'
import { waitFor } from '@motience/testing'
import { compressedFrame, connectRaw, deflate } from './raw-client.js'
import { connect, startServer } from './test-server.js'

const echo = (text: string): string => JSON.stringify({ type: 'echo', text })

/** A server whose handler pauses reading with each message, and does not resume. */
const startPausing = async (t: Parameters<typeof startServer>[0]) => {
  const taken: string[] = []
  const started = await startServer(t, {
    compression: true,
    frame: (frame, connection) => {
      taken.push(frame.text)
      connection.pauseReading()
    }
  })
  started.tokens.issue('ann')
  return { ...started, taken }
}

/** Many iterations of the event loop: a message that is not delayed is passed on within a few. */
const turns = async (): Promise<void> => {
  for (let i = 0; i < 500; i++) await new Promise(resolve => setImmediate(resolve))
}

t.test('messages are compressed with the context of previous ones, for longer than the window', async t => {
  const { tokens, url, port } = await startServer(t, { compression: true })
  tokens.issue('ann')
  const texts = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: 60 }, (_, j) => `sensor-${j}: ${(i * 7919 + j * 104729) % 1000}`).join()
  )
  const sent: number[] = []
  for (const perMessageDeflate of [
    false,
    { threshold: 0, clientNoContextTakeover: true },
    { threshold: 0, clientMaxWindowBits: 9 },
    { threshold: 0 }
  ]) {
    const socket = connectSocket(port, '127.0.0.1')
    const client = await connect(url, 'ann', { perMessageDeflate, createConnection: () => socket })
    for (const text of texts) client.ws.send(echo(text))
    await waitFor(() => client.frames.length === texts.length)
    t.strictSame(client.frames.map(({ text }) => text), texts)
    sent.push(socket.bytesWritten)
    client.ws.terminate()
  }
  const [plain = 0, fresh = 0, , whole = 0] = sent
  t.ok(fresh < plain / 2 && whole < fresh / 1.5, sent.join())
})

t.test('a fragmented message is passed on after its last frame', async t => {
  const { tokens, url } = await startServer(t, { compression: true })
  tokens.issue('ann')
  const { socket, frames } = await connectRaw(url, 'ann')
  const body = deflate(echo('in fragments'))
  for (let at = 0; at < body.length; at++) {
    socket.write(compressedFrame('', { body: body.subarray(at, at + 1), first: at === 0, fin: at === body.length - 1 }))
  }
  socket.write(compressedFrame(echo('whole')))
  await waitFor(() => frames.length === 2)
  t.match(frames, [{ text: 'in fragments' }, { text: 'whole' }])
})

t.test('closes with 1007 if a message can\'t be inflated, with 1009 if it expands beyond the limit', async t => {
  const { tokens, url, ended, opened } = await startServer(t, { compression: true })
  tokens.issue('ann')
  const broken = await connectRaw(url, 'ann')
  broken.socket.write(
    Buffer.concat([compressedFrame('', { body: Buffer.from('no deflate') }), compressedFrame(echo('after'))])
  )
  t.equal(await broken.closed, 1007)
  const bomb = await connectRaw(url, 'ann')
  bomb.socket.write(Buffer.concat([compressedFrame(Buffer.alloc(40_000_000)), compressedFrame(echo('after'))]))
  t.equal(await bomb.closed, 1009)
  t.strictSame(ended, [1007, 1009])
  t.equal(opened.length, 2)
  t.strictSame([broken.frames, bomb.frames], [[], []], 'nothing after it is accepted')
})

t.test('inflates nothing while the connection is paused, also from data that was read before', async t => {
  const { taken, opened, url } = await startPausing(t)
  const { socket } = await connectRaw(url, 'ann')
  socket.write(Buffer.concat(Array.from({ length: 100 }, (_, i) => compressedFrame(echo(`${i}`.padEnd(3000))))))
  for (let count = 1; count <= 100; count++) {
    await waitFor(() => taken.length >= count)
    if (count <= 3) await turns()
    t.equal(taken.length, count)
    opened[0]!.resumeReading()
  }
  t.strictSame(taken.map(Number), Array.from({ length: 100 }, (_, i) => i))
})

t.test('a handler can pause before a message is inflated', async t => {
  const { tokens, url, opened } = await startServer(t, { compression: true })
  tokens.issue('ann')
  const { socket, frames } = await connectRaw(url, 'ann')
  const [connection] = opened
  let asked = 0
  connection!.onInflate = () => {
    asked++
    connection!.pauseReading()
  }
  socket.write(compressedFrame(echo('waits')))
  await waitFor(() => asked === 1)
  await turns()
  t.equal(frames.length, 0)
  connection!.onInflate = null
  connection!.resumeReading()
  await waitFor(() => frames.length === 1)
})

t.test('drops pending messages of a disconnected client and releases its slot', async t => {
  const { taken, opened, ended, url, server } = await startPausing(t)
  const { socket } = await connectRaw(url, 'ann')
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => compressedFrame(echo('x')))))
  await waitFor(() => taken.length === 1)
  socket.resetAndDestroy()
  // The end is noticed by sending, since the socket is not read.
  await waitFor(() => !opened[0]!.send('{}'), { what: 'the end of the connection' })
  await waitFor(() => server.connections.size === 0)
  t.equal(taken.length, 1)
  t.strictSame(ended, [1006])
})

t.test('a connection that is closed while messages are pending passes on none of them', async t => {
  const { taken, opened, url, server } = await startPausing(t)
  const { socket, closed } = await connectRaw(url, 'ann')
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => compressedFrame(echo('x')))))
  await waitFor(() => taken.length === 1)
  opened[0]!.close(1001)
  t.equal(await closed, 1001)
  await waitFor(() => server.connections.size === 0)
  t.equal(taken.length, 1)
})
