import { databaseKinds } from '@motience/testing'
import type { ApiKey, CreatedApiKey, SignIn } from '@motience/schemas'
import t from 'tap'
import { MAX_API_KEYS } from '../src/keys/api-keys.js'
import { MAX_SESSIONS } from '../src/sessions/sessions.js'
import {
  call, createTestClock, HOUR, newUser, PASSWORD, signIn, testAp, testSettings, testStores, verify
} from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const clock = createTestClock()
    const app = await testAp(t, { ...stores, clock })
    const createKey = async (token: string, body: object) =>
      await call<CreatedApiKey>(app, 'POST /api/keys', { token, body })

    t.test('an API key has its scopes, its expiry and its last use', async t => {
      const { access_token: token, user } = await newUser(app, 'consumer')
      const expires = new Date(clock() + HOUR).toISOString()
      const made = await createKey(token, {
        name: 'sheet',
        scopes: ['data:read', 'subscriptions'],
        expires_at: expires
      })
      t.equal(made.status, 201)
      t.match(made.body.key, /^mot_k_[a-z0-9]{12}_[A-Za-z0-9]{43}$/)
      const api = made.body.api_key
      t.match(api, { name: 'sheet', scopes: ['data:read', 'subscriptions'], expires_at: expires, last_used_at: null })
      t.match(await call(app, 'POST /api/auth/verify', { body: { token: made.body.key } }), {
        body: {
          user: { id: user.id },
          expires_at: expires,
          key: { kind: 'api', scopes: ['data:read', 'subscriptions'] }
        }
      })
      const { body: { items } } = await call<{ items: ApiKey[] }>(app, 'GET /api/keys', { token })
      t.match(items, [{ id: api.id, last_used_at: new Date(clock()).toISOString() }])
      clock.pass(HOUR)
      t.same(await verify(app, made.body.key), [401, 'MOT_TOKEN_EXPIRED'])
    })

    t.test('a key without an expiry is answered for a day at most', async t => {
      const { access_token: token } = await newUser(app)
      const { body: { key } } = await createKey(token, { name: 'forever', scopes: ['data:write'] })
      const { body } = await call<{ expires_at: string }>(app, 'POST /api/auth/verify', { body: { token: key } })
      const ahead = Date.parse(body.expires_at) - clock()
      t.ok(ahead > 21 * HOUR && ahead <= 24 * HOUR)
    })

    t.test('a revoked key is out; another user can\'t revoke it', async t => {
      const { access_token: token } = await newUser(app)
      const stranger = (await newUser(app)).access_token
      const { body: { api_key: api, key } } = await createKey(token, { name: 'k', scopes: ['devices'] })
      t.equal((await call(app, `DELETE /api/keys/${api.id}`, { token: stranger })).status, 404)
      t.equal((await call(app, `DELETE /api/keys/${api.id}`, { token })).status, 204)
      t.same(await verify(app, key), [401, 'MOT_TOKEN_REVOKED'])
      t.same((await call<{ items: ApiKey[] }>(app, 'GET /api/keys', { token })).body.items, [])
    })

    t.test('a key is good for its scopes alone, and makes no keys', async t => {
      const { access_token: token } = await newUser(app)
      const { body: { key: devices } } = await createKey(token, { name: 'd', scopes: ['devices'] })
      const { body: { key: reads } } = await createKey(token, { name: 'r', scopes: ['data:read'] })
      t.equal((await call(app, 'POST /api/devices', { token: devices, body: { name: 'x' } })).status, 201)
      t.match(await call(app, 'GET /api/devices', { token: reads }), { status: 403, body: { code: 'MOT_FORBIDDEN' } })
      for (const route of [
        'GET /api/auth/me', 'GET /api/keys', 'GET /api/sessions', 'GET /api/producers', 'POST /api/keys'
      ] as const) {
        const body = route.startsWith('POST') ? { name: 'n', scopes: ['devices'] } : undefined
        t.match(
          await call(app, route, { token: devices, body }),
          { status: 403, body: { code: 'MOT_FORBIDDEN' } },
          route
        )
      }
    })

    t.test('bad keys are not made, and a user has so many', async t => {
      const { access_token: token } = await newUser(app)
      for (const bad of [
        { name: 'x', scopes: [] }, { name: 'x', scopes: ['all'] }, { name: '', scopes: ['devices'] },
        { name: 'x', scopes: ['devices'], expires_at: new Date(clock() - 1).toISOString() },
        ...[' ', '\ud800', 'a\0'].map(name => ({ name, scopes: ['devices'] }))
      ]) t.equal((await createKey(token, bad)).status, 400)
      const leapSecond = { name: 'x', scopes: ['devices'], expires_at: '2098-12-31T23:59:60Z' }
      t.equal((await createKey((await newUser(app)).access_token, leapSecond)).status, 201)
      for (let n = 0; n < MAX_API_KEYS; n++) await createKey(token, { name: `k${n}`, scopes: ['data:read'] })
      t.match(await createKey(token, { name: 'more', scopes: ['data:read'] }), {
        status: 409, body: { code: 'MOT_AP_TOO_MANY_KEYS' }
      })
    })

    t.test('services verify keys by their hashes, many at once', async t => {
      const { access_token: token, user } = await newUser(app)
      const { body: { key } } = await createKey(token, { name: 'k', scopes: ['data:write'] })
      const { createHash } = await import('node:crypto')
      const [, , id, secret] = key.split('_')
      const hash = createHash('sha256').update(secret!).digest('hex')
      const service = (await call<{ access_token: string }>(app, 'POST /api/auth/service-token', {
        body: { service: 'dsm', secret: testSettings.serviceSecret }
      })).body.access_token
      const keys = [
        { id, kind: 'api', secret_sha256: hash },
        { id, kind: 'api', secret_sha256: '0'.repeat(64) },
        { id: 'unknownunkno', kind: 'device', secret_sha256: hash }
      ]
      t.match(await call(app, 'POST /api/keys/verify', { token: service, body: { keys } }), {
        status: 200,
        body: {
          results: [
            { sid: `key:${id}:0`, user: { id: user.id }, key: { scopes: ['data:write'] } },
            { code: 'MOT_UNAUTHORIZED' },
            { code: 'MOT_UNAUTHORIZED' }
          ]
        }
      })
      t.equal((await call(app, 'POST /api/keys/verify', { token, body: { keys } })).status, 403)
    })

    t.test('a user has so many sessions: the next sign-in is refused, and none ends for it', async t => {
      const first = await newUser(app)
      const { username } = first.user
      for (let n = 1; n < MAX_SESSIONS; n++) await signIn(app, username)
      const login = async (rest: object = {}) => await call<{ access_token: string }>(app, 'POST /api/auth/login', {
        body: { username, password: PASSWORD, ...rest }
      })
      t.match(await login(), { status: 409, body: { code: 'MOT_AP_TOO_MANY_SESSIONS' } })
      t.same(await verify(app, first.access_token), [200, undefined], 'the first goes on')
      const list = async (token: string) =>
        (await call<{ items: SignIn[] }>(app, 'GET /api/sessions', { token })).body.items
      const sessions = await list(first.access_token)
      t.equal(sessions.length, MAX_SESSIONS)
      const own = sessions.filter(({ current }) => current)
      t.equal(own.length, 1)
      const other = sessions.find(({ current }) => !current)!
      const stranger = (await newUser(app)).access_token
      t.equal((await call(app, `DELETE /api/sessions/${other.id}`, { token: stranger })).status, 404)
      t.equal((await call(app, `DELETE /api/sessions/${other.id}`, { token: first.access_token })).status, 204)
      t.equal((await login()).status, 200)
      t.equal((await login()).status, 409)
      const alone = await login({ end_others: true })
      t.equal(alone.status, 200)
      t.equal((await list(alone.body.access_token)).length, 1)
      t.same(await verify(app, first.access_token), [401, 'MOT_TOKEN_REVOKED'])
    })

    t.test('sessions that can\'t be refreshed any more do not count', async t => {
      const { user } = await newUser(app)
      for (let n = 1; n < MAX_SESSIONS; n++) await signIn(app, user.username)
      clock.pass(8 * 24 * HOUR)
      t.ok(await signIn(app, user.username))
    })
  })
}
