import t from 'tap'
import { brokerKinds, waitFor } from '@motience/testing'
import { startPlatform } from './support/platform.js'

const kind = (await brokerKinds()).at(-1)!

t.test('an expired token closes with 4001, unless it was renewed in time', async t => {
  const { connect, token } = await startPlatform(t, kind)
  const short = await token(1, { expiresInSecs: 2 })
  const expiring = await connect(1, { token: short })
  const renewed = await connect(1, { token: short })
  renewed.send({ type: 'auth', token: await token(1) })
  await renewed.first('authenticated')
  t.equal(await expiring.closed, 4001)
  t.equal(renewed.ws.readyState, renewed.ws.OPEN)
})

t.test('control events close a revoked session with 4001 and a disabled user with 4003', async t => {
  const { connect, token, broker } = await startPlatform(t, kind)
  const leaving = await connect(1, { token: await token(1, { sid: 'leaving' }) })
  const staying = await connect(1, { token: await token(1, { sid: 'staying' }) })
  const expiresAt = Date.now() + 60_000
  await broker.revoke([{ kind: 'session', sid: 'leaving', expiresAt }])
  await broker.publishControl({
    type: 'session-revoked',
    sid: 'leaving',
    user_id: 1,
    reason: 'logout',
    expires_at: new Date(expiresAt).toISOString()
  })
  t.equal(await leaving.closed, 4001)
  t.equal(staying.ws.readyState, staying.ws.OPEN)
  await broker.revoke([{ kind: 'user', userId: 1, expiresAt }])
  await broker.publishControl({ type: 'user-disabled', user_id: 1, expires_at: new Date(expiresAt).toISOString() })
  t.equal(await staying.closed, 4003)
})

t.test('a producer\'s token is refused with 403, a forged one with 401', async t => {
  const { connect, token, ap } = await startPlatform(t, kind)
  await t.rejects(connect(1, { token: await token(1, { role: 'producer' }) }), /403/)
  await t.rejects(connect(1, { token: await ap.signer.forge({ role: 'consumer', userId: 1 }) }), /401/)
})

t.test('closes with 4029 for too many frames, 1009 for a frame that is too long, 1007 for invalid JSON', async t => {
  const { connect } = await startPlatform(t, kind)
  const chatty = await connect(1)
  for (let i = 0; i < 400; i++) chatty.resume([7, 0, 0])
  t.equal(await chatty.closed, 4029)
  const long = await connect(1)
  long.ws.send('x'.repeat(200_000))
  t.equal(await long.closed, 1009)
  const broken = await connect(1)
  for (let i = 0; i < 10; i++) broken.ws.send('{')
  t.equal(await broken.closed, 1007)
})

t.test('a consumer that does not answer pings is closed with 4009', async t => {
  const { connect } = await startPlatform(t, kind, { limits: { heartbeatMs: 100 } })
  const client = await connect(1)
  client.ws.pong = () => {}
  t.equal(await client.closed, 4009)
})

t.test('shutdown fails `/ready`, refuses with 503, and closes with 1001 even consumers that do not read', async t => {
  const { connect, wss2, sm, publisher } = await startPlatform(t, kind, { drainMs: 1000 })
  await sm.set(1, 7, 'active')
  const reader = await connect(1)
  const deaf = await connect(2)
  deaf.ws.pause()
  await publisher.publish(7)
  const server = wss2[0]!
  t.equal((await server.http.inject('/ready')).statusCode, 200)
  const closing = server.close()
  t.equal(server.http.draining, true)
  t.equal(await reader.closed, 1001)
  t.same(reader.positions(7), ['1-1'])
  await closing
  t.equal(server.sockets.connections.size, 0)
  await t.rejects(connect(1), /ECONNREFUSED|503/)
})

t.test('serves health, metrics and statistics', async t => {
  const { connect, wss2, sm, publisher } = await startPlatform(t, kind)
  await sm.set(1, 7, 'active')
  const client = await connect(1)
  await publisher.publish(7, 3)
  await waitFor(() => client.positions(7).length === 3)
  const { http } = wss2[0]!
  t.equal((await http.inject('/health')).statusCode, 200)
  t.match((await http.inject('/stats')).json(), {
    connections: 1,
    consumers: 1,
    deliveries: 3,
    queued_messages: 0,
    gaps: 0
  })
  const { body } = await http.inject('/metrics')
  t.match(body, /motience_wss2_deliveries_total 3/)
  t.match(body, /motience_wss2_queued_bytes 0/)
  t.match(body, /motience_ws_connections 1/)
})
