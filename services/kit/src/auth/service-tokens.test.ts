import t from 'tap'
import { fakeAp } from '@motience/testing'
import { createServiceTokens } from './index.js'

const path = '/api/auth/service-token'

t.test('a service signs in once', async t => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  t.teardown(() => { tokens.close() })
  const all = await Promise.all(Array.from({ length: 10 }, async () => await tokens.token()))
  t.equal(new Set(all).size, 1)
  await ap.stop()
  t.equal(await tokens.token(), all[0], 'AP is not needed for the kept one')
  t.equal(ap.calls(path), 1)
})

t.test('a token that was refused is replaced', async t => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  t.teardown(() => { tokens.close() })
  const first = await tokens.token()
  tokens.drop('another')
  t.equal(await tokens.token(), first)
  tokens.drop(first)
  t.not(await tokens.token(), first)
})

t.test('a token is renewed before it expires, and the old one serves meanwhile', async t => {
  const ap = await fakeAp(t)
  let now = 0
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret, now: () => now })
  t.teardown(() => { tokens.close() })
  const first = await tokens.token()
  now = 3_600_000 * 0.75
  await ap.stop()
  t.equal(await tokens.token(), first, 'though it can\'t be renewed now')
  now = 3_600_000
  await t.rejects(tokens.token(), { code: 'MOT_UNAVAILABLE' })
  await ap.start()
  t.not(await tokens.token(), first)
})

t.test('a wrong secret gives no token', async t => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: 'wrong' })
  t.teardown(() => { tokens.close() })
  await t.rejects(tokens.token(), { code: 'MOT_UNAVAILABLE' })
})
