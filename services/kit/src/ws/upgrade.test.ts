import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import { waitFor } from '@motience/testing'
import { brokenUpgrade, connect, refusal, startServer } from './test-server.js'

t.test('accepts a token in the header, the query and the subprotocol, which is not echoed', async t => {
  const { tokens, url, queries } = await startServer(t)
  tokens.issue('good')
  const byHeader = await connect(url, 'good')
  const byQuery = await connect(`${url}?slow=drop&token=good`, null)
  t.match(queries[1], { slow: 'drop' })
  const byProtocol = new WebSocket(url, ['motience.v1', 'token.good'])
  await once(byProtocol, 'open')
  t.equal(byProtocol.protocol, 'motience.v1')
  t.equal(byHeader.ws.protocol, '')
  const byBoth = new WebSocket(url, 'motience.v1', { headers: { authorization: 'Bearer good' } })
  await once(byBoth, 'open')
  t.equal(byBoth.protocol, 'motience.v1', 'next to the header, too')
  for (const ws of [byHeader.ws, byQuery.ws, byProtocol, byBoth]) ws.terminate()
})

t.test('refuses before the upgrade, with a problem', async t => {
  const { tokens, url, metrics } = await startServer(t)
  tokens.issue('producer', { role: 'producer' })
  const bad = await refusal(`${url}?token=forged`)
  t.match(bad, {
    status: 401,
    headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' },
    problem: { code: 'MOT_UNAUTHORIZED', status: 401, request_id: /.+/ }
  })
  t.match(await refusal(url), { status: 401, problem: { detail: /Access token missing/ } })
  t.match(await refusal(url, { authorization: 'Bearer producer' }), {
    status: 403,
    problem: { code: 'MOT_WSS2_NOT_A_CONSUMER' }
  })
  t.match(await refusal(url.replace('consumer', 'elsewhere')), { status: 404, problem: { code: 'MOT_NOT_FOUND' } })
  t.match(await refusal(url, { authorization: 'Bearer down' }), {
    status: 503,
    headers: { 'retry-after': /\d/ },
    problem: { code: 'MOT_UNAVAILABLE', detail: 'Temporarily unavailable' }
  })
  t.match(await metrics.getSingleMetricAsString('motience_ws_refusals_total'), /status="401"\} 2/)
})

t.test('a request without a valid upgrade is answered with a problem', async t => {
  const { tokens, url, port } = await startServer(t)
  tokens.issue('good')
  const plain = await fetch(`http://127.0.0.1:${port}/consumer`)
  t.equal(plain.status, 404)
  t.match(await plain.json(), { code: 'MOT_NOT_FOUND' })
  t.match(await brokenUpgrade(`${url}?token=good`), { status: 400, problem: { code: 'MOT_BAD_INPUT' } })
})

t.test('refuses one connection too many, and reuses released slots', async t => {
  const { tokens, url, server } = await startServer(t, { limits: { maxConnections: 3, maxConnectionsPerUser: 2 } })
  tokens.issue('ann')
  tokens.issue('bob', { userId: 2 })
  const first = await connect(url, 'ann')
  await connect(url, 'ann')
  t.match(await refusal(`${url}?token=ann`), {
    status: 429,
    headers: { 'retry-after': '5' },
    problem: { code: 'MOT_WSS2_TOO_MANY_CONNECTIONS', detail: /user/ }
  })
  await connect(url, 'bob')
  t.match(await refusal(`${url}?token=bob`), { status: 429, problem: { detail: /server/ } })
  first.ws.close()
  await waitFor(() => server.connections.size === 2)
  await connect(url, 'ann')
  t.equal(server.connections.size, 3)
})

t.test('releases the slots of upgrades that failed', async t => {
  const { tokens, url, server } = await startServer(t, { limits: { maxConnections: 1, maxConnectionsPerUser: 1 } })
  tokens.issue('ann')
  await refusal(`${url}?token=forged`)
  await brokenUpgrade(`${url}?token=ann`)
  const release = tokens.hold()
  const gone = new WebSocket(`${url}?token=ann`)
  gone.on('error', () => {})
  await waitFor(async () => (await refusal(`${url}?token=ann`)).status === 429, { what: 'the pending slot' })
  gone.terminate()
  await waitFor(() => gone.readyState === WebSocket.CLOSED)
  release()
  const client = await waitFor(() => connect(url, 'ann').catch(() => null))
  t.equal(server.connections.size, 1)
  client.ws.terminate()
})

t.test('survives a client that resets its connection while its token is verified', async t => {
  const { app, tokens, url, port, server } = await startServer(t, { limits: { maxConnections: 1 } })
  tokens.issue('ann')
  const release = tokens.hold()
  const socket = connectTcp({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.write([
    'GET /consumer?token=ann HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket',
    'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''
  ].join('\r\n'))
  await waitFor(() => tokens.waiting() === 1)
  socket.resetAndDestroy()
  await waitFor(async () => await new Promise<boolean>(resolve => {
    app.server.getConnections((_error, count) => { resolve(count === 0) })
  }))
  release()
  const client = await waitFor(() => connect(url, 'ann').catch(() => null))
  t.equal(server.connections.size, 1)
  client.ws.terminate()
})

t.test('a burst of upgrades stays within the limits while tokens are verified', async t => {
  const { tokens, url, server } = await startServer(t, { limits: { maxConnections: 3 } })
  tokens.issue('ann')
  const release = tokens.hold()
  const clients = Array.from({ length: 8 }, () => new WebSocket(`${url}?token=ann`))
  let refused = 0
  for (const ws of clients) ws.on('error', () => { refused++ })
  await waitFor(() => refused === 5)
  release()
  await waitFor(() => server.connections.size === 3)
  t.equal(refused, 5)
  for (const ws of clients) ws.terminate()
})

t.test('refuses with 503 if it is not ready', async t => {
  let ready = false
  const { tokens, url } = await startServer(t, { ready: () => ready })
  tokens.issue('ann')
  t.match(await refusal(`${url}?token=ann`), {
    status: 503,
    headers: { 'retry-after': '2' },
    problem: { code: 'MOT_UNAVAILABLE' }
  })
  ready = true
  await connect(url, 'ann')
})
