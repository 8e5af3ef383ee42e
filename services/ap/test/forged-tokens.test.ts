import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createAuthenticator } from '@motience/kit'
import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import t from 'tap'
import { maintainKeys } from '../src/tokens/key-store.js'
import { deriveSecrets } from '../src/tokens/secrets.js'
import { call, createTestClock, HOUR, newUser, SECRET, signIn, testAp, testSettings, testStores, verify } from './test-ap.js'

const stores = await testStores(t)
const clock = createTestClock()
const app = await testAp(t, { ...stores, clock })
const user = await newUser(app)
const claims = decodeJwt(user.access_token)
const header = { alg: 'EdDSA', typ: 'at+jwt', kid: '', ...decodeProtectedHeader(user.access_token) }

/** AP's own key: what is signed with it is wrong only in what a test changed. */
const ownKey = async (): Promise<KeyObject> => {
  const [key] = await maintainKeys(stores.database.sql, deriveSecrets(SECRET), testSettings.lifetimes, clock)
  if (!key?.privateKey) throw new Error('There is no key')
  return key.privateKey
}

const sign = async (payload: JWTPayload, key: KeyObject | Uint8Array, change: Partial<typeof header> = {}): Promise<string> =>
  await new SignJWT(payload).setProtectedHeader({ ...header, ...change }).sign(key)

const without = (name: string): JWTPayload => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))

t.test('a token carries what the contract says, and nothing else', async t => {
  t.match(header, { alg: 'EdDSA', typ: 'at+jwt', kid: /^[\w-]{36}$/ })
  t.same(Object.keys(claims).sort(), ['aud', 'device_id', 'exp', 'iat', 'iss', 'jti', 'role', 'sid', 'sub', 'username'])
  t.match(claims, { iss: 'motience', aud: 'motience', sub: String(user.user_id), role: 'producer', username: user.user.username, device_id: user.user.device_id })
  t.equal(Number(claims.exp) - Number(claims.iat), 3600)
})

t.test('the same claims signed again with the same key pass', async t => {
  t.same(await verify(app, await sign(claims, await ownKey())), [200, undefined])
})

t.test('what AP did not sign, or not so, is refused', async t => {
  const own = await ownKey()
  const stranger = generateKeyPairSync('ed25519').privateKey
  const publicKey = createPublicKey(own).export({ type: 'spki', format: 'pem' })
  const [head, payload, signature] = user.access_token.split('.') as [string, string, string]
  const changed = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url')
  const tokens: Record<string, string> = {
    'another key under the same kid': await sign(claims, stranger),
    'an unknown kid': await sign(claims, stranger, { kid: 'unknown' }),
    'no kid': await sign(claims, own, { kid: undefined as unknown as string }),
    'alg none': new UnsecuredJWT(claims).encode(),
    'alg none with the signature': `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.${signature}`,
    'HS256 with the public key as the secret': await sign(claims, Buffer.from(publicKey), { alg: 'HS256' }),
    'changed claims': `${head}.${changed}.${signature}`,
    'no signature': `${head}.${payload}.`,
    'a wrong audience': await sign({ ...claims, aud: 'another' }, own),
    'a wrong issuer': await sign({ ...claims, iss: 'another' }, own),
    'a wrong type': await sign(claims, own, { typ: 'JWT' }),
    'no audience': await sign(without('aud'), own),
    'no issuer': await sign(without('iss'), own),
    'no expiry': await sign(without('exp'), own),
    'no session': await sign(without('sid'), own),
    'no subject': await sign(without('sub'), own),
    'no role': await sign(without('role'), own),
    'an unknown role': await sign({ ...claims, role: 'root' }, own),
    'a subject that is no id': await sign({ ...claims, sub: '1e3' }, own),
    'not valid yet': await sign({ ...claims, nbf: Math.floor(clock.now / 1000) + 600 }, own),
    'no token': 'x',
    'three empty parts': '..',
    'a number': '12345'
  }
  for (const [what, token] of Object.entries(tokens)) t.same(await verify(app, token), [401, 'MOT_UNAUTHORIZED'], what)
})

t.test('a session or a user that is not the token\'s is refused', async t => {
  const own = await ownKey()
  const other = await newUser(app)
  t.same(await verify(app, await sign({ ...claims, sub: String(other.user_id) }, own)), [401, 'MOT_TOKEN_REVOKED'])
  t.same(await verify(app, await sign({ ...claims, sid: '00000000-0000-4000-8000-000000000000' }, own)), [401, 'MOT_TOKEN_REVOKED'])
  t.same(await verify(app, await sign({ ...claims, sid: 'no uuid' }, own)), [401, 'MOT_UNAUTHORIZED'])
})

t.test('verifying takes the token as a bearer too, and tells whose it is and until when', async t => {
  const expected = { valid: true, user: user.user, expires_at: new Date(Number(claims.exp) * 1000).toISOString() }
  t.same((await call(app, 'GET /api/auth/verify', { token: user.access_token })).body, expected)
  t.same((await call(app, 'POST /api/auth/verify', { body: { token: user.access_token } })).body, expected)
  t.match(await call(app, 'GET /api/auth/verify'), { status: 401, body: { code: 'MOT_UNAUTHORIZED' } })
})

t.test('the keys are published without their private parts, and the services\' authenticator takes them', async t => {
  const { status, body, headers } = await call<{ keys: Record<string, string>[] }>(app, 'GET /.well-known/jwks.json')
  t.equal(status, 200)
  t.equal(headers['cache-control'], 'public, max-age=60')
  t.match(body.keys, [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: header.kid }])
  t.same(Object.keys(body.keys[0] ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])

  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const authenticator = createAuthenticator({ apUrl: url, broker: stores.broker })
  t.teardown(async () => { await authenticator.close() })
  const identity = await authenticator.verify(user.access_token)
  t.match(identity, { userId: user.user_id, role: 'producer', username: user.user.username, deviceId: user.user.device_id, service: null })
})

t.test('a token ends at its time', async t => {
  const { access_token: token } = await signIn(app, user.user.username)
  clock.pass(HOUR - 1_000)
  t.same(await verify(app, token), [200, undefined])
  clock.pass(1_000)
  t.same(await verify(app, token), [401, 'MOT_TOKEN_EXPIRED'])
  t.match(await call(app, 'GET /api/auth/me', { token }), { status: 401, body: { code: 'MOT_TOKEN_EXPIRED' } })
})
