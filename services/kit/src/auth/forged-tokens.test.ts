import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@motience/schemas'
import t, { type Test } from 'tap'
import { createMemoryBroker } from '../broker/index.js'
import { buildService } from '../service/index.js'
import { fakeAp } from '../testing/fake-ap.js'
import { forgedTokens } from '../testing/forged-tokens.js'
import { waitFor } from '../testing/wait-for.js'
import { connect, refusal, startServer } from '../ws/test-server.js'
import { createAuthenticator, requireRole } from './index.js'

/** Header values and subprotocols can't hold every character; what they can't hold comes as `?token=`. */
const isToken = (text: string): boolean => /^[\w.~+-]+$/.test(text)

const build = async (t: Test) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const auth = createAuthenticator({ apUrl: ap.url, broker })
  const app = await buildService('dsm', { ready: {}, auth })
  app.get('/secret', { onRequest: requireRole() }, async request => ({ user: request.identity.userId }))
  const { url } = await startServer(t, { authenticator: auth, limits: { maxConnections: 1_000, maxConnectionsPerUser: 1_000 } })
  t.teardown(async () => {
    await app.close()
    await auth.close()
  })
  const good = await ap.issue({ role: 'consumer', userId: 7 })
  const forged = Object.entries(forgedTokens(good, ap.signer.privateKey))
  t.ok(forged.length >= 30, `${forged.length} shapes`)
  return { app, url, good, forged }
}

t.test('no forged token passes over REST', async t => {
  const { app, good, forged } = await build(t)
  const call = async (token: string) => await app.inject({ url: '/secret', headers: { authorization: `Bearer ${token}` } })
  for (const [what, token] of forged) t.match((await call(token)).json(), { status: 401, code: 'MOT_UNAUTHORIZED' }, what)
  t.strictSame((await call(good)).json(), { user: 7 })
})

t.test('no forged token passes at an upgrade, wherever it stands', async t => {
  const { url, good, forged } = await build(t)
  for (const [what, token] of forged) {
    const refused = { status: 401, problem: { code: 'MOT_UNAUTHORIZED' } }
    t.match(await refusal(`${url}?token=${encodeURIComponent(token)}`), refused, `${what}, in the query`)
    t.match(await refusal(url, { authorization: `Bearer ${token}` }), refused, `${what}, in the header`)
    if (isToken(token)) t.match(await refusal(url, {}, [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${token}`]), refused, `${what}, as a subprotocol`)
  }
  const { ws } = await connect(url, good)
  ws.terminate()
})

t.test('no forged token passes in an `auth` frame', async t => {
  const { url, good, forged } = await build(t)
  const client = await connect(url, good)
  for (const [what, token] of forged) {
    client.frames.length = 0
    client.send({ type: 'auth', token })
    await waitFor(() => client.frames.length > 0, { what: `the answer to ${what}` })
    t.match(client.frames, [{ type: 'error', code: 'MOT_UNAUTHORIZED' }], what)
  }
  client.frames.length = 0
  client.send({ type: 'auth', token: good })
  await waitFor(() => client.frames.length > 0, { what: 'the answer to the good token' })
  t.match(client.frames, [{ type: 'authenticated' }])
  client.ws.terminate()
})
