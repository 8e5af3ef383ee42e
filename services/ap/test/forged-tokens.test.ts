import type { KeyObject } from 'node:crypto'
import { buildService, createAuthenticator, createServiceTokens } from '@motience/kit'
import { decodeJws, forgedTokens, signJws } from '@motience/testing'
import t from 'tap'
import { maintainKeys } from '../src/tokens/key-store.js'
import { deriveSecrets } from '../src/tokens/secrets.js'
import {
  call, createTestClock, HOUR, newUser, SECRET, signIn, testAp, testSettings, testStores, verify
} from './test-ap.js'

const stores = await testStores(t)
const clock = createTestClock()
const app = await testAp(t, { ...stores, clock })
const user = await newUser(app)
const { claims, header } = decodeJws(user.access_token)

/** AP's own key: what is signed with it is wrong only in what a test changed. */
const ownKey = async (): Promise<KeyObject> => {
  const [key] = await maintainKeys(stores.database.sql, deriveSecrets(SECRET), testSettings.lifetimes, clock)
  if (!key?.privateKey) throw new Error('There is no key')
  return key.privateKey
}

const sign = async (change: object = {}): Promise<string> => signJws(header, { ...claims, ...change }, await ownKey())

t.test('a token carries what the contract says, and nothing else', async t => {
  t.match(header, { alg: 'EdDSA', typ: 'at+jwt', kid: /^[\w-]{36}$/ })
  t.same(Object.keys(claims).sort(), ['aud', 'device_id', 'exp', 'iat', 'iss', 'jti', 'role', 'sid', 'sub', 'username'])
  t.match(claims, {
    iss: 'motience',
    aud: 'motience',
    sub: String(user.user_id),
    role: 'producer',
    username: user.user.username,
    device_id: user.user.device_id
  })
  t.equal(Number(claims['exp']) - Number(claims['iat']), 3600)
})

t.test('the same claims signed again with the same key pass', async t => {
  t.same(await verify(app, await sign()), [200, undefined])
})

t.test('what AP did not sign, or not so, is refused at every entry', async t => {
  const forged = Object.entries(forgedTokens(user.access_token, await ownKey()))
  t.ok(forged.length >= 30, `${forged.length} shapes`)
  for (const [what, token] of forged) {
    t.same(await verify(app, token), [401, 'MOT_UNAUTHORIZED'], what)
    for (const route of ['GET /api/auth/verify', 'GET /api/auth/me', 'GET /api/producers'] as const) {
      const { status, body } = await call(app, route, { token })
      t.same([status, body['code']], [401, 'MOT_UNAUTHORIZED'], `${what}, ${route}`)
    }
  }
  t.same(await verify(app, user.access_token), [200, undefined])
})

t.test('a session or a user that is not the token\'s is refused', async t => {
  const other = await newUser(app)
  t.same(await verify(app, await sign({ sub: String(other.user_id) })), [401, 'MOT_TOKEN_REVOKED'])
  t.same(await verify(app, await sign({ sid: '00000000-0000-4000-8000-000000000000' })), [401, 'MOT_TOKEN_REVOKED'])
  t.same(await verify(app, await sign({ sid: 'no uuid' })), [401, 'MOT_UNAUTHORIZED'])
})

t.test('verifying takes the token as a bearer too, and tells whose it is and until when', async t => {
  const expected = { valid: true, user: user.user, expires_at: new Date(Number(claims['exp']) * 1000).toISOString() }
  t.same((await call(app, 'GET /api/auth/verify', { token: user.access_token })).body, expected)
  t.same((await call(app, 'POST /api/auth/verify', { body: { token: user.access_token } })).body, expected)
  t.match(await call(app, 'GET /api/auth/verify'), { status: 401, body: { code: 'MOT_UNAUTHORIZED' } })
})

t.test('the keys are published without their private parts, and the services\' authenticator takes them', async t => {
  const { status, body, headers } = await call<{ keys: Record<string, string>[] }>(app, 'GET /.well-known/jwks.json')
  t.equal(status, 200)
  t.equal(headers['cache-control'], 'public, max-age=60')
  t.match(body.keys, [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: header['kid'] }])
  t.same(Object.keys(body.keys[0] ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])

  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const authenticator = createAuthenticator({
    apUrl: url, broker: stores.broker, tokens: createServiceTokens({ apUrl: url, service: 'sm', secret: SECRET })
  })
  const service = await buildService('sm', { ready: {}, auth: authenticator })
  t.teardown(async () => {
    await service.close()
    await authenticator.close()
  })
  const identity = await authenticator.verify(user.access_token)
  t.match(identity, {
    userId: user.user_id,
    role: 'producer',
    username: user.user.username,
    deviceId: user.user.device_id,
    service: null
  })
})

t.test('a token ends at its time', async t => {
  const { access_token: token } = await signIn(app, user.user.username)
  clock.pass(HOUR - 1_000)
  t.same(await verify(app, token), [200, undefined])
  clock.pass(1_000)
  t.same(await verify(app, token), [401, 'MOT_TOKEN_EXPIRED'])
  t.match(await call(app, 'GET /api/auth/me', { token }), { status: 401, body: { code: 'MOT_TOKEN_EXPIRED' } })
})
