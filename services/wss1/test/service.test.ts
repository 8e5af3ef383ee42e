import { waitFor } from '@motience/testing'
import { readEnv } from '@motience/kit'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { WebSocket } from 'ws'
import { startWss1, Wss1EnvSchema } from '../src/index.js'
import { connect, start, stats } from './support/start.js'

const refusal = async (url: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
  const ws = new WebSocket(url, { headers })
  ws.on('error', () => {})
  const [, response] = await once(ws, 'unexpected-response') as [unknown, IncomingMessage]
  response.resume()
  return response.statusCode
}

t.test('accepts producers only', async t => {
  const { wss1, ap } = await start(t)
  const { websocket } = wss1.urls
  t.equal(await refusal(websocket), 401)
  t.equal(await refusal(`${websocket}?token=nonsense`), 401)
  t.equal(await refusal(websocket, { authorization: `Bearer ${await ap.signer.forge({ role: 'producer' })}` }), 401)
  t.equal(
    await refusal(websocket, { authorization: `Bearer ${await ap.issue({ role: 'producer', expiresInSecs: -1 })}` }),
    401
  )
  for (const role of ['consumer', 'admin'] as const) {
    t.equal(await refusal(`${websocket}?token=${await ap.issue({ role })}`), 403)
  }
  t.equal(
    await refusal(websocket, { authorization: `Bearer ${await ap.issue({ role: 'service', service: 'dsm' })}` }),
    403
  )
})

t.test('closes the connections of a revoked session or a disabled user', async t => {
  const started = await start(t)
  const producer = await connect(started, { userId: 4, sid: 'gone' })
  const other = await connect(started, { userId: 4, sid: 'stays' })
  await started.broker.publishControl({
    type: 'session-revoked',
    sid: 'gone',
    user_id: 4,
    reason: 'logout',
    expires_at: new Date(Date.now() + 60_000).toISOString()
  })
  t.equal(await producer.closed, 4001)
  other.send({ type: 'data', payload: {} })
  await other.receive(1)
  await started.broker.publishControl({
    type: 'user-disabled',
    user_id: 4,
    expires_at: new Date(Date.now() + 60_000).toISOString()
  })
  t.equal(await other.closed, 4003)
})

t.test('a renewed token extends the connection', async t => {
  const started = await start(t)
  const producer = await connect(started, { userId: 4 })
  producer.send({ type: 'auth', token: await started.ap.issue({ role: 'producer', userId: 4, expiresInSecs: 7_200 }) })
  const [frame] = await producer.receive(1)
  t.match(frame, { type: 'authenticated' })
  t.ok(Date.parse((frame as { expires_at: string }).expires_at) > Date.parse(producer.welcome.expires_at))
})

t.test('the HTTP server reports statistics and serves the page', async t => {
  const started = await start(t)
  const { http } = started.wss1.urls
  const producer = await connect(started)
  producer.send({ type: 'data', payload: { a: 1 }, session: 's', seq: 1 })
  producer.send({ type: 'data', payload: { a: 1 }, session: 's', seq: 1 })
  producer.send({ type: 'data', payload: { a: 1 }, extra: true })
  await producer.receive(3)
  t.match(await stats(started), {
    connections: 1,
    paused: 0,
    messages: 2,
    acks: 2,
    duplicates: 1,
    in_flight: 0,
    in_flight_bytes: 0,
    orphans: 0
  })
  for (const path of ['/health', '/ready', '/metrics', '/config.json']) {
    t.equal((await fetch(http + path)).status, 200, path)
  }
  t.match(await (await fetch(`${http}/config.json`)).json(), { ap_url: 'ap', websocket_url: 'producer' })
  t.match((await fetch(http)).headers.get('content-type'), /text\/html/)
  t.equal((await fetch(`${http}/stats`, { method: 'POST' })).status, 405)
})

t.test('the page\'s port accepts producers too, and proxies the page\'s API calls', async t => {
  const started = await start(t)
  const { http } = started.wss1.urls
  const page = {
    ...started,
    wss1: { ...started.wss1, urls: { http, websocket: http.replace('http', 'ws') + '/producer' } }
  }
  const producer = await connect(page, { userId: 4, sid: 'gone' })
  producer.send({ type: 'data', payload: { a: 1 } })
  await producer.receive(1)
  t.equal(producer.acks().length, 1)
  t.equal(await refusal(page.wss1.urls.websocket), 401)
  const token = await started.ap.issue({ role: 'producer', userId: 4 })
  t.match(await (await fetch(`${http}/ap/api/auth/verify`, { headers: { authorization: `Bearer ${token}` } })).json(), {
    valid: true
  })
  await started.broker.publishControl({
    type: 'session-revoked',
    sid: 'gone',
    user_id: 4,
    reason: 'logout',
    expires_at: new Date(Date.now() + 60_000).toISOString()
  })
  t.equal(await producer.closed, 4001)
  const stays = await connect(page)
  await started.wss1.close()
  t.equal(await stays.closed, 1001)
})

t.test('shutdown acks the messages in flight before closing with 1001', async t => {
  const started = await start(t)
  const producer = await connect(started)
  const idle = await connect(started, { userId: 2 })
  const release = started.dsm.hold()
  for (let seq = 1; seq <= 20; seq++) producer.send({ type: 'data', payload: {}, session: 's', seq })
  await waitFor(async () => (await stats(started)).in_flight === 20)
  const closing = started.wss1.close()
  t.equal(await idle.closed, 1001)
  t.equal(
    await refusal(started.wss1.urls.websocket, {
      authorization: `Bearer ${await started.ap.issue({ role: 'producer' })}`
    }),
    503
  )
  release()
  t.equal(await producer.closed, 1001)
  t.equal(producer.acks().length, 20)
  await closing
})

t.test('shutdown delivers what a producer sent before it disconnected', async t => {
  const started = await start(t)
  const producer = await connect(started)
  const release = started.dsm.hold()
  producer.send({ type: 'data', payload: {} })
  await waitFor(() => started.dsm.held === 1)
  producer.send({ type: 'data', payload: { last: true } })
  producer.ws.close()
  await producer.closed
  const closing = started.wss1.close()
  release()
  await closing
  t.same(started.dsm.accepted.map(({ payload }) => payload), [{}, { last: true }])
})

t.test('shutdown does not wait for an unavailable DSM', async t => {
  const started = await start(t, { DRAIN_MS: '400' })
  const producer = await connect(started)
  await started.dsm.stop()
  producer.send({ type: 'data', payload: {} })
  await waitFor(async () => (await stats(started)).dsm_repeats! >= 1)
  await started.wss1.close()
  t.equal(await producer.closed, 1001)
  t.equal(producer.acks().length, 0)
})

t.test('a failed start names the variable at fault', async t => {
  const { wss1, ap, broker } = await start(t)
  const taken = new URL(wss1.urls.websocket).port
  const env = (more: Record<string, string>) =>
    readEnv(Wss1EnvSchema, {
      WSS1_PORT: '0',
      WSS1_HTTP_PORT: '0',
      AP_URL: ap.url,
      SERVICE_SECRET: ap.secret,
      LOG_LEVEL: 'silent',
      ...more
    })
  await t.rejects(startWss1(env({ WSS1_PORT: taken }), { broker }), {
    name: 'StartError',
    message: new RegExp(`^WSS1_PORT: port ${taken} `)
  })
  await t.rejects(startWss1(env({ WSS1_HTTP_PORT: taken }), { broker }), {
    name: 'StartError',
    message: new RegExp(`^WSS1_HTTP_PORT: port ${taken} `)
  })
  await t.rejects(startWss1(env({ SERVICE_SECRET: 'short' }), { broker }), {
    name: 'EnvError',
    message: /SERVICE_SECRET/
  })
})
