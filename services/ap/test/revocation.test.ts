import { createFaultyBroker, brokerKinds, databaseKinds, decodeJws, waitFor } from '@motience/testing'
import t from 'tap'
import { createAdmin } from '../src/users/create-admin.js'
import {
  call, createTestClock, HOUR, newName, newUser, PASSWORD, refresh, signIn, testAp, testStores, verify
} from './test-ap.js'

const databases = await databaseKinds()
const brokers = await brokerKinds()
const pairs = databases.flatMap((database, index) =>
  brokers
    .filter((_, other) => index === other || databases.length !== brokers.length)
    .map(broker => ({ database, broker }))
)

const sidOf = (token: string): string => String(decodeJws(token).claims['sid'])

for (const kinds of pairs) {
  t.test(`on ${kinds.database} and ${kinds.broker}`, async t => {
    const stores = await testStores(t, kinds)
    const broker = createFaultyBroker(stores.broker)
    const clock = createTestClock()
    const app = await testAp(t, { database: stores.database, broker, clock, sweepMs: 3_600_000 })
    const adminName = newName()
    t.equal(await createAdmin(stores.database.sql, adminName, PASSWORD), 'created')
    const admin = await signIn(app, adminName)

    const revoked = async () => (await broker.revocations()).items
    const hasSession = async (token: string) =>
      (await revoked()).some(item => item.kind === 'session' && item.sid === sidOf(token))
    const hasUser = async (userId: number) =>
      (await revoked()).some(item => item.kind === 'user' && item.userId === userId)
    const told = async (type: string, userId: number, count = 1) => await waitFor(() => {
      const found = broker.events.filter(event => event.type === type && 'user_id' in event && event.user_id === userId)
      return found.length >= count && found
    }, { what: `${count} ${type}` })
    const act = async (action: string, userId: number) =>
      await call(app, `POST /api/users/${userId}/${action}`, { token: admin.access_token })

    t.test('the broker is given every revocation at the start', async () => {
      await waitFor(async () => (await broker.revocations()).complete)
    })

    t.test('signing out ends the session\'s tokens, once and for all', async t => {
      const user = await newUser(app)
      const elsewhere = await signIn(app, user.user.username)
      t.equal((await call(app, 'POST /api/auth/logout', { body: { refresh_token: user.refresh_token } })).status, 204)
      t.same(await verify(app, user.access_token), [401, 'MOT_TOKEN_REVOKED'])
      t.match(await refresh(app, user.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_INVALID' } })
      t.ok(await hasSession(user.access_token))
      const [event] = await told('session-revoked', user.user_id)
      t.match(event, { sid: sidOf(user.access_token), reason: 'logout' })
      t.same(await verify(app, elsewhere.access_token), [200, undefined], 'another session goes on')
      t.equal(
        (await call(app, 'POST /api/auth/logout', { body: { refresh_token: user.refresh_token } })).status,
        204,
        'again'
      )
      t.match(await call(app, 'POST /api/auth/logout', { body: { refresh_token: 'x' } }), {
        status: 401,
        body: { code: 'MOT_AP_REFRESH_INVALID' }
      })
    })

    t.test('a revocation is remembered until the session\'s last access token has expired', async t => {
      const user = await newUser(app)
      clock.pass(HOUR / 2)
      const second = (await refresh(app, user.refresh_token)).body
      await call(app, 'POST /api/auth/logout', { body: { refresh_token: second.refresh_token } })
      const item = (await revoked()).find(item => item.kind === 'session' && item.sid === sidOf(user.access_token))
      t.ok(item && item.expiresAt >= Number(decodeJws(second.access_token).claims['exp']) * 1000)
      clock.pass(-HOUR / 2)
    })

    t.test('a changed password ends the user\'s other sessions', async t => {
      const user = await newUser(app)
      const elsewhere = await signIn(app, user.user.username)
      const change = async (current: string, next: string) =>
        await call(app, 'PUT /api/auth/password', {
          token: user.access_token,
          body: { current_password: current, new_password: next }
        })
      t.match(await change('wrong horse battery', 'new horse battery'), {
        status: 401,
        body: { code: 'MOT_AP_BAD_CREDENTIALS' }
      })
      t.same(await verify(app, elsewhere.access_token), [200, undefined])
      t.equal((await change(PASSWORD, 'new horse battery')).status, 204)
      t.same(await verify(app, elsewhere.access_token), [401, 'MOT_TOKEN_REVOKED'])
      t.same(await verify(app, user.access_token), [200, undefined], 'the one that changed it goes on')
      t.match(await told('session-revoked', user.user_id), [
        { sid: sidOf(elsewhere.access_token), reason: 'password-changed' }
      ])
      t.equal(
        (await call(app, 'POST /api/auth/login', { body: { username: user.user.username, password: PASSWORD } }))
          .status,
        401
      )
      t.ok(await signIn(app, user.user.username, 'new horse battery'))
    })

    t.test('a disabled user is out at once, and enabling brings back no old session', async t => {
      const user = await newUser(app)
      t.equal((await act('disable', user.user_id)).status, 204)
      t.same(await verify(app, user.access_token), [401, 'MOT_TOKEN_REVOKED'])
      t.match(await refresh(app, user.refresh_token), { status: 401 })
      t.match(await call(app, 'POST /api/auth/login', { body: { username: user.user.username, password: PASSWORD } }), {
        status: 403,
        body: { code: 'MOT_AP_USER_DISABLED' }
      })
      t.match(
        await call(app, 'POST /api/auth/login', { body: { username: user.user.username, password: 'wrong' } }),
        { status: 401 },
        'only who knows the password is told'
      )
      t.ok(await hasUser(user.user_id))
      t.ok(await hasSession(user.access_token))
      await told('session-revoked', user.user_id)
      t.same(
        broker.events.filter(event => 'user_id' in event && event.user_id === user.user_id).map(({ type }) => type),
        ['user-disabled', 'session-revoked'],
        'the reason comes first'
      )
      t.equal((await act('disable', user.user_id)).status, 204, 'again')

      t.equal((await act('enable', user.user_id)).status, 204)
      await told('user-enabled', user.user_id)
      t.notOk(await hasUser(user.user_id))
      t.ok(await hasSession(user.access_token))
      t.same(await verify(app, user.access_token), [401, 'MOT_TOKEN_REVOKED'])
      t.same(await verify(app, (await signIn(app, user.user.username)).access_token), [200, undefined])
    })

    t.test('revoking ends all sessions, and the user may sign in again', async t => {
      const user = await newUser(app)
      const elsewhere = await signIn(app, user.user.username)
      t.equal((await act('revoke', user.user_id)).status, 204)
      for (const { access_token: token } of [user, elsewhere]) {
        t.same(await verify(app, token), [401, 'MOT_TOKEN_REVOKED'])
      }
      await told('session-revoked', user.user_id, 2)
      t.ok(await signIn(app, user.user.username))
    })

    t.test('only an administrator may, and not to himself', async t => {
      const user = await newUser(app)
      for (const action of ['disable', 'enable', 'revoke']) {
        t.match(await call(app, `POST /api/users/${user.user_id}/${action}`, { token: user.access_token }), {
          status: 403,
          body: { code: 'MOT_FORBIDDEN' }
        })
        t.match(await call(app, `POST /api/users/${user.user_id}/${action}`), { status: 401 })
        t.match(await act(action, 2_147_483_647), { status: 404, body: { code: 'MOT_NOT_FOUND' } })
      }
      t.match(await act('disable', admin.user_id), { status: 403, body: { code: 'MOT_FORBIDDEN' } })
      t.same(await verify(app, admin.access_token), [200, undefined])
    })

    t.test('a spent refresh token that comes again is announced', async t => {
      const user = await newUser(app)
      await refresh(app, user.refresh_token)
      clock.pass(20_000)
      await refresh(app, user.refresh_token)
      t.match(await told('session-revoked', user.user_id), [{ reason: 'refresh-reused' }])
    })
  })
}
