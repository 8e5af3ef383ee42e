import { once } from 'node:events'
import { createServer } from 'node:net'
import { createMemoryBroker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import { fakeAp } from '@motience/testing'
import { SmEnvSchema } from '@motience/schemas'
import t from 'tap'
import { startSm } from '../src/index.js'
import { testSetup } from './test-sm.js'

const environment = (changes: Record<string, string>) =>
  readEnv(SmEnvSchema, { SM_PORT: '0', LOG_LEVEL: 'silent', ...changes })

t.test('on parts of its own, kept in DATA_DIR: what was subscribed outlives a restart', async t => {
  const ap = await fakeAp(t)
  const producer = ap.addUser({ role: 'producer' })
  const consumer = ap.addUser({ role: 'consumer' })
  const authorization = `Bearer ${await ap.issue({ role: 'consumer', userId: consumer.id })}`
  const env = environment({ DATA_DIR: t.testdir(), AP_URL: ap.url, SERVICE_SECRET: ap.secret })

  const first = await startSm(env)
  const made = await fetch(`${first.urls.http}/api/subscribe`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ producer_id: producer.id })
  })
  t.equal(made.status, 201)
  t.equal((await fetch(`${first.urls.http}/ready`)).status, 200)
  await first.close()
  await t.rejects(fetch(`${first.urls.http}/ready`))

  const second = await startSm(env)
  const list = await fetch(`${second.urls.http}/api/subscriptions/${consumer.id}`, { headers: { authorization } })
  t.match(await list.json(), { subscriptions: [{ producer_id: producer.id, status: 'active' }] })
  await second.close()
})

t.test('on shared parts, which it leaves open', async t => {
  const { database, broker, ap } = await testSetup(t)
  const { urls, close } = await startSm(environment({ AP_URL: ap.url, SERVICE_SECRET: ap.secret }), {
    database, broker
  })
  t.equal((await fetch(`${urls.http}/health`)).status, 200)
  t.equal((await fetch(`${urls.http}/openapi.json`)).status, 200)
  await close()
  await database.ping()
  await broker.ping()
})

t.test('a port in use stops the start with the variable\'s name', async t => {
  const { database, broker, ap } = await testSetup(t)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const env = environment({ SM_PORT: String(port), AP_URL: ap.url, SERVICE_SECRET: ap.secret })
  await t.rejects(startSm(env, { database, broker }), { message: new RegExp(`SM_PORT: port ${port} `) })
})

t.test('a missing secret stops the start with its name', async t => {
  const broker = createMemoryBroker()
  t.teardown(() => broker.close())
  await t.rejects(startSm(environment({}), { broker }), { message: /SERVICE_SECRET/ })
})
