import t, { type Test } from 'tap'
import { createMemoryBroker } from '@motience/broker'
import { buildService } from '../service/index.js'
import { fakeAp } from '@motience/testing'
import { createAuthenticator, createServiceTokens, requireRole } from './index.js'

const build = async (t: Test) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const auth = createAuthenticator({ apUrl: ap.url, broker, tokens })
  const app = await buildService('sm', { ready: {}, auth })
  app.post('/any', { onRequest: requireRole() }, async request => ({ user: request.identity.userId }))
  app.get('/admin', { preHandler: requireRole('admin', 'service') }, async request => ({ role: request.identity.role }))
  t.teardown(async () => {
    await app.close()
    await auth.close()
  })
  return { ap, app }
}

t.test('a route is for its roles', async t => {
  const { ap, app } = await build(t)
  const call = async (token: string | null, url = '/admin') =>
    await app.inject({
      method: url === '/admin' ? 'GET' : 'POST',
      url,
      headers: token === null ? {} : { authorization: `Bearer ${token}` }
    })
  const producer = await ap.issue({ role: 'producer', userId: 4 })
  t.strictSame((await call(producer, '/any')).json(), { user: 4 })
  t.match((await call(producer)).json(), { status: 403, code: 'MOT_FORBIDDEN' })
  t.strictSame((await call(await ap.issue({ role: 'admin' }))).json(), { role: 'admin' })
  t.strictSame((await call(await ap.issue({ role: 'service', service: 'dsm' }))).json(), { role: 'service' })
  t.match((await call(null)).json(), { status: 401, code: 'MOT_UNAUTHORIZED' })
  t.match((await call('nonsense')).json(), { status: 401, code: 'MOT_UNAUTHORIZED' })
  t.match((await call(await ap.issue({ role: 'admin', expiresInSecs: -1 }))).json(), {
    status: 401,
    code: 'MOT_TOKEN_EXPIRED'
  })
})

t.test('only the Bearer scheme counts', async t => {
  const { ap, app } = await build(t)
  const token = await ap.issue({ role: 'admin' })
  const status = async (authorization: string): Promise<number> =>
    (await app.inject({ url: '/admin', headers: { authorization } })).statusCode
  t.equal(await status(`bearer ${token}`), 200, 'in any case (RFC 7235)')
  for (const authorization of [`Basic ${token}`, token, 'Bearer', 'Bearer ', `Bearer ${token} x`]) {
    t.equal(await status(authorization), 401, authorization.slice(0, 8))
  }
  t.equal((await app.inject(`/admin?token=${token}`)).statusCode, 401, 'a query is no header')
})

t.test('a service without an authenticator lets nobody in', async t => {
  const app = await buildService('sm', { ready: {} })
  t.teardown(async () => { await app.close() })
  app.get('/x', { onRequest: requireRole() }, async () => 'in')
  t.equal((await app.inject({ url: '/x', headers: { authorization: 'Bearer x' } })).statusCode, 500)
})
