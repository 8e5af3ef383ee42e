import { decodeJws } from '@motience/testing'
import t from 'tap'
import { call, newUser, SECRET, testAp, testSettings, testStores, verify } from './test-ap.js'

const stores = await testStores(t)
const app = await testAp(t, stores)

const serviceToken = async (body: unknown) =>
  await call<{ access_token: string; code?: string }>(app, 'POST /api/auth/service-token', { body })

t.test('a service gets a token of its own by the secret', async t => {
  for (const service of ['sm', 'dsm', 'wss1', 'wss2', 'mqtt']) {
    const { status, body, headers } = await serviceToken({ service, secret: SECRET })
    t.equal(status, 200)
    t.equal(headers['cache-control'], 'no-store')
    t.match(body, { token_type: 'Bearer', expires_in: 3600 })
    t.match(decodeJws(body.access_token).claims, { sub: service, role: 'service', sid: `service:${service}` })
  }
})

t.test('a wrong secret and an unknown service are refused', async t => {
  for (const secret of [SECRET.slice(1), `${SECRET}x`, 'x', SECRET.toUpperCase()]) {
    t.match(await serviceToken({ service: 'sm', secret }), { status: 401, body: { code: 'MOT_AP_BAD_SERVICE_SECRET' } })
  }
  t.match(await serviceToken({ service: 'ap', secret: SECRET }), { status: 400, body: { code: 'MOT_BAD_INPUT' } })
})

t.test('asking too often from one address is refused for a while, whatever the secret', async t => {
  const limited = await testAp(t, { ...stores, settings: { ...testSettings, serviceTokenRate: 2 } })
  const ask = async (secret: string, remoteAddress = '10.0.0.1') =>
    await limited.inject({
      method: 'POST',
      url: '/api/auth/service-token',
      remoteAddress,
      payload: { service: 'sm', secret }
    })
  for (const secret of ['x', SECRET]) t.not((await ask(secret)).statusCode, 429)
  const refused = await ask(SECRET)
  t.match(refused.json(), { status: 429, code: 'MOT_RATE_LIMITED' })
  t.ok(Number(refused.headers['retry-after']) > 0 && Number(refused.headers['retry-after']) <= 60)
  t.equal((await ask(SECRET, '10.0.0.2')).statusCode, 200, 'another address is not held up')
})

t.test('a service may look users up, and has no account of its own', async t => {
  const { user } = await newUser(app)
  const token = (await serviceToken({ service: 'sm', secret: SECRET })).body.access_token
  t.same((await call(app, `GET /api/users/${user.id}`, { token })).body, user)
  t.match(await call(app, 'GET /api/auth/me', { token }), { status: 403, body: { code: 'MOT_FORBIDDEN' } })
  t.match(await call(app, `POST /api/users/${user.id}/disable`, { token }), {
    status: 403,
    body: { code: 'MOT_FORBIDDEN' }
  })
  t.same(await verify(app, token), [401, 'MOT_UNAUTHORIZED'])
})
