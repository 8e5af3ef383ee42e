import t from 'tap'
import { createMemoryBroker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import { fakeAp } from '@motience/testing'
import { startWss2, Wss2EnvSchema } from '../src/index.js'
import { connectClient } from './support/client.js'
import { fakeSm } from './support/fake-sm.js'

const ports = { WSS2_PORT: '0', WSS2_HTTP_PORT: '0', LOG_LEVEL: 'silent', DRAIN_MS: '500' }

t.test('starts from its environment, serves both ports, and shuts down', async t => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  t.teardown(() => broker.close())
  const sm = await fakeSm(t, broker)
  await broker.replaceRevocations([])
  const env = readEnv(Wss2EnvSchema, { ...ports, AP_URL: ap.url, SM_URL: sm.url, SERVICE_SECRET: ap.secret })
  const { urls, close } = await startWss2(env, { broker })
  t.match(urls, { websocket: /^ws:\/\/127\.0\.0\.1:\d+\/consumer$/, http: /^http:\/\/127\.0\.0\.1:\d+/ })
  await sm.set(1, 7, 'active')
  const client = await connectClient(urls.websocket!, await ap.issue({ role: 'consumer', userId: 1 }))
  t.match(client.of('welcome'), [{ subscriptions: [{ producer_id: 7 }] }])
  t.equal((await fetch(`${urls.http}/health`)).status, 200)
  t.match(await (await fetch(`${urls.http}/stats`)).json(), { connections: 1, consumers: 1 })
  t.match(await (await fetch(`${urls.http}/config.json`)).json(), { sm_url: 'sm', websocket_url: 'consumer' })
  const byPage = await connectClient(
    `${urls.http!.replace('http', 'ws')}/consumer`,
    await ap.issue({ role: 'consumer', userId: 1 })
  )
  t.match(byPage.of('welcome'), [{ subscriptions: [{ producer_id: 7 }] }], 'the page\'s port accepts consumers too')
  t.equal((await fetch(`${urls.http}/sm/api/nowhere`)).status, 404)
  await close()
  t.equal(await client.closed, 1001)
  t.equal(await byPage.closed, 1001)
  await t.rejects(fetch(`${urls.http}/health`))
})

t.test('reports that it is not ready without SM', async t => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  t.teardown(() => broker.close())
  const env = readEnv(Wss2EnvSchema, {
    ...ports,
    AP_URL: ap.url,
    SM_URL: 'http://127.0.0.1:1',
    SERVICE_SECRET: ap.secret
  })
  const { urls, close } = await startWss2(env, { broker })
  t.teardown(close)
  const answer = await fetch(`${urls.http}/ready`)
  t.equal(answer.status, 503)
  t.match(await answer.json(), { errors: [{ path: '/sm' }] })
})

t.test('a port in use fails the start and names its variable', async t => {
  const ap = await fakeAp(t)
  const env = readEnv(Wss2EnvSchema, {
    ...ports,
    AP_URL: ap.url,
    WSS2_PORT: new URL(ap.url).port,
    SERVICE_SECRET: ap.secret
  })
  await t.rejects(startWss2(env), { name: 'StartError', message: /WSS2_PORT/ })
  const second = readEnv(Wss2EnvSchema, {
    ...ports,
    AP_URL: ap.url,
    WSS2_HTTP_PORT: new URL(ap.url).port,
    SERVICE_SECRET: ap.secret
  })
  await t.rejects(startWss2(second), { name: 'StartError', message: /WSS2_HTTP_PORT/ })
  await t.rejects(startWss2(readEnv(Wss2EnvSchema, ports)), { name: 'EnvError', message: /SERVICE_SECRET/ })
})
