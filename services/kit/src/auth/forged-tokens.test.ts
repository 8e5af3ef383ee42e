import t, { type Test } from 'tap'
import { createMemoryBroker } from '@motience/broker'
import { buildService } from '../service/index.js'
import { fakeAp, forgedTokens } from '@motience/testing'
import { createAuthenticator, createServiceTokens, requireRole } from './index.js'

const build = async (t: Test) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const auth = createAuthenticator({ apUrl: ap.url, broker, tokens })
  const app = await buildService('dsm', { ready: {}, auth })
  app.get('/secret', { onRequest: requireRole() }, async request => ({ user: request.identity.userId }))
  t.teardown(async () => {
    await app.close()
    await auth.close()
  })
  const call = async (token: string) =>
    (await app.inject({ url: '/secret', headers: { authorization: `Bearer ${token}` } })).json<object>()
  return { ap, call }
}

t.test('no forged token passes over REST', async t => {
  const { ap, call } = await build(t)
  const good = await ap.issue({ role: 'consumer', userId: 7 })
  const forged = Object.entries(forgedTokens(good, ap.signer.privateKey))
  t.ok(forged.length >= 30, `${forged.length} shapes`)
  for (const [what, token] of forged) t.match(await call(token), { status: 401, code: 'MOT_UNAUTHORIZED' }, what)
  t.strictSame(await call(good), { user: 7 })
})
