import t from 'tap'
import { waitFor } from '@motience/testing'
import { createLogger } from '../service/logger.js'
import { connect, startServer } from './test-server.js'

t.test('validates frames and reports errors with their paths', async t => {
  const { tokens, url, metrics } = await startServer(t)
  const client = await connect(url, tokens.issue('ann'))
  client.send({ type: 'echo', text: 'hello' })
  client.send({ type: 'echo', text: 7, id: 'm1' })
  client.send({ type: 'nothing' })
  client.send({ type: 'echo', text: 'x', more: 1 })
  client.send([])
  client.ws.send('{')
  client.ws.send(Buffer.from([1, 2]), { binary: true })
  await waitFor(() => client.frames.length === 7)
  t.match(client.frames, [
    { type: 'echo', text: 'hello' },
    { type: 'error', code: 'MOT_WSS2_BAD_FRAME', path: '/text', id: 'm1' },
    { type: 'error', code: 'MOT_WSS2_BAD_FRAME', path: '/type', message: /echo, auth/ },
    { type: 'error', code: 'MOT_WSS2_BAD_FRAME', path: '/more' },
    { type: 'error', code: 'MOT_WSS2_BAD_FRAME', path: '' },
    { type: 'error', code: 'MOT_BAD_JSON' },
    { type: 'error', code: 'MOT_BAD_JSON' }
  ])
  t.match(await metrics.getSingleMetricAsString('motience_ws_bad_frames_total'), /\} 6|total 6/)
})

t.test('closes with 1007 after ten invalid frames in a row, but not with valid ones in between', async t => {
  const { tokens, url, ended, metrics } = await startServer(t)
  const client = await connect(url, tokens.issue('ann'))
  for (let i = 0; i < 9; i++) client.ws.send('{')
  client.send({ type: 'echo', text: 'good' })
  for (let i = 0; i < 9; i++) client.ws.send('{')
  await waitFor(() => client.frames.length === 19)
  client.ws.send('{')
  t.equal(await client.closed, 1007)
  t.same(ended, [1007])
  await waitFor(async () => /code="1007"\} 1/.test(await metrics.getSingleMetricAsString('motience_ws_closes_total')))
})

t.test('logs only closes that the client caused, with user and code', async t => {
  const lines: string[] = []
  const logger = createLogger('wss2', 'info', { write: line => { lines.push(line) } })
  const { tokens, url } = await startServer(t, { logger })
  const proper = await connect(url, tokens.issue('ann'))
  proper.ws.close(1000)
  await proper.closed
  const faulty = await connect(url, tokens.issue('ann'))
  faulty.ws.send('secret'.repeat(1000))
  t.equal(await faulty.closed, 1009)
  const closes = await waitFor(() => {
    const found = lines.filter(line => line.includes('Closed a connection'))
    return found.length > 0 && found
  })
  t.match(closes.map(line => JSON.parse(line) as unknown), [
    { level: 30, service: 'wss2', code: 1009, user_id: Number, connection: Number }
  ])
  t.equal(closes.length, 1)
  t.notMatch(lines.join(''), 'secret')
})

t.test('closes with 1007 after a frame that is not UTF-8, with 1009 after one too long', async t => {
  const { tokens, url, ended } = await startServer(t)
  tokens.issue('ann')
  const broken = await connect(url, 'ann')
  broken.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })
  t.equal(await broken.closed, 1007)
  const long = await connect(url, 'ann')
  long.ws.send('x'.repeat(5000))
  t.equal(await long.closed, 1009)
  t.same(ended, [1007, 1009])
})

t.test('accepts compressed frames, and limits their inflated size', async t => {
  const { tokens, url } = await startServer(t, { compression: true })
  const client = await connect(url, tokens.issue('ann'), { perMessageDeflate: { threshold: 0 } })
  t.match(client.ws.extensions, /permessage-deflate/)
  client.send({ type: 'echo', text: 'a'.repeat(3000) })
  await waitFor(() => client.frames.length === 1)
  t.equal(client.frames[0]?.text, 'a'.repeat(3000))
  client.send({ type: 'echo', text: 'a'.repeat(100_000) })
  t.equal(await client.closed, 1009)
})

t.test('closes with 4029 after too many messages or pings', async t => {
  const { tokens, url } = await startServer(t, { limits: { messageRate: 5 } })
  tokens.issue('ann')
  const client = await connect(url, 'ann')
  for (let i = 0; i < 50; i++) client.send({ type: 'echo', text: 'x' })
  t.equal(await client.closed, 4029)
  t.ok(client.frames.length >= 5)
  const pinging = await connect(url, 'ann')
  for (let i = 0; i < 50; i++) pinging.ws.ping()
  t.equal(await pinging.closed, 4029)
})

t.test('a batch counts as its number of messages', async t => {
  const { tokens, url } = await startServer(t, {
    limits: { messageRate: 100 },
    frame: (_frame, connection) => {
      connection.spend(150)
    }
  })
  const client = await connect(url, tokens.issue('ann'))
  client.send({ type: 'echo', text: 'x' })
  t.equal(await client.closed, 4029)
})

t.test('closes a client that does not read with 4008 within the limit of buffered bytes', async t => {
  const { tokens, url, opened, ended } = await startServer(t, { limits: { maxBufferedBytes: 100_000 } })
  const client = await connect(url, tokens.issue('ann'))
  const connection = opened[0]!
  client.ws.pause()
  const text = JSON.stringify({ text: 'x'.repeat(20_000) })
  let most = 0
  await waitFor(() => {
    while (connection.send(text) && most < 90_000) most = Math.max(most, connection.bufferedBytes)
    most = 0
    return !connection.open
  })
  t.ok(connection.bufferedBytes < 200_000)
  t.equal(connection.send(text), false)
  t.same(ended, [4008])
  client.ws.resume()
  t.equal(await client.closed, 4008)
})

t.test('closes only the connection that failed, with 1011', async t => {
  const { tokens, url } = await startServer(t, {
    frame: (frame, connection) => {
      if (frame.text === 'bad') throw new Error('Internal failure')
      connection.sendFrame(frame)
    }
  })
  tokens.issue('ann')
  const one = await connect(url, 'ann')
  const other = await connect(url, 'ann')
  one.send({ type: 'echo', text: 'bad' })
  t.equal(await one.closed, 1011)
  other.send({ type: 'echo', text: 'good' })
  await waitFor(() => other.frames.length === 1)
})
