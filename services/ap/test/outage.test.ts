import { createFaultyBroker, databaseKinds, decodeJws, waitFor } from '@motience/testing'
import t from 'tap'
import { createAdmin } from '../src/users/create-admin.js'
import { call, newName, newUser, PASSWORD, refresh, signIn, signUp, testAp, testStores, verify } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`without a broker, on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const { sql } = stores.database
    const broker = createFaultyBroker(stores.broker)
    const app = await testAp(t, { database: stores.database, broker, sweepMs: 3_600_000 })
    const adminName = newName()
    await createAdmin(sql, adminName, PASSWORD)
    const { access_token: admin } = await signIn(app, adminName)
    const act = async (action: string, userId: number) =>
      await call(app, `POST /api/users/${userId}/${action}`, { token: admin })
    const eventsOf = (userId: number) =>
      broker.events.filter(event => 'user_id' in event && event.user_id === userId).map(({ type }) => type)
    const later = (answer: { status: number, body: unknown, headers: Record<string, unknown> }) => {
      t.match(answer, { status: 503, body: { code: 'MOT_UNAVAILABLE' }, headers: { 'retry-after': '2' } })
    }
    t.afterEach(() => {
      broker.recover()
      broker.setConnection('up')
    })

    t.test('signing up, in and on works; readiness tells what is missing', async t => {
      broker.fail()
      broker.setConnection('down')
      const user = await newUser(app)
      t.equal((await refresh(app, user.refresh_token)).status, 200)
      t.same(await verify(app, user.access_token), [200, undefined])
      t.match(await call(app, 'GET /ready'), { status: 503, body: { errors: [{ path: '/broker' }] } })
    })

    t.test('signing out is kept, answered with 503, and may be repeated', async t => {
      const user = await newUser(app)
      const logout = async () =>
        await call(app, 'POST /api/auth/logout', { body: { refresh_token: user.refresh_token } })
      broker.fail()
      later(await logout())
      t.same(await verify(app, user.access_token), [401, 'MOT_TOKEN_REVOKED'], 'AP itself knows already')
      later(await logout())
      t.same(eventsOf(user.user_id), [])
      broker.recover()
      broker.setConnection('up')
      t.equal((await logout()).status, 204)
      t.same(eventsOf(user.user_id), ['session-revoked'])
    })

    t.test('what nobody repeats is finished when the link is back', async t => {
      const user = await newUser(app)
      broker.fail()
      broker.setConnection('down')
      later(await call(app, 'POST /api/auth/logout', { body: { refresh_token: user.refresh_token } }))
      broker.recover()
      broker.setConnection('up')
      await waitFor(() => eventsOf(user.user_id).length === 1)
      await waitFor(async () => (await sql`SELECT 1 FROM ap.announcements`).length === 0)
    })

    t.test('what another instance left at its death is finished by a sweep', async t => {
      const user = await newUser(app)
      const sid = String(decodeJws(user.access_token).claims['sid'])
      await sql`UPDATE ap.sessions SET ended_at = now(), end_reason = 'logout' WHERE id = ${sid}`
      await sql`INSERT INTO ap.announcements (user_id, session_id) VALUES (${user.user_id}, ${sid})`
      const survivor = await testAp(t, { database: stores.database, broker, sweepMs: 20 })
      await waitFor(() => eventsOf(user.user_id).length > 0)
      await sql`INSERT INTO ap.announcements (user_id, session_id) VALUES (${user.user_id}, ${sid})`
      await waitFor(() => eventsOf(user.user_id).length > 1)
      await survivor.close()
    })

    t.test('a password change may be repeated as it was', async t => {
      const user = await newUser(app)
      const elsewhere = await signIn(app, user.user.username)
      const change = async (next = 'new horse battery') =>
        await call(app, 'PUT /api/auth/password', {
          token: user.access_token,
          body: { current_password: PASSWORD, new_password: next }
        })
      broker.fail()
      later(await change())
      t.same(await verify(app, elsewhere.access_token), [401, 'MOT_TOKEN_REVOKED'])
      t.match(await change('yet another one'), { status: 401, body: { code: 'MOT_AP_BAD_CREDENTIALS' } })
      broker.recover()
      broker.setConnection('up')
      await waitFor(() => eventsOf(user.user_id).length === 1)
      await waitFor(async () => (await sql`SELECT 1 FROM ap.announcements`).length === 0)
      t.match(await change(), { status: 401 }, 'no longer a repeat')
      t.ok(await signIn(app, user.user.username, 'new horse battery'))
    })

    t.test('a password change that is repeated before the worker was there is finished by the repeat', async t => {
      const user = await newUser(app)
      await signIn(app, user.user.username)
      const change = async () =>
        await call(app, 'PUT /api/auth/password', {
          token: user.access_token,
          body: { current_password: PASSWORD, new_password: 'new horse battery' }
        })
      broker.fail()
      later(await change())
      later(await change())
      broker.recover()
      t.equal((await change()).status, 204)
      t.same(eventsOf(user.user_id), ['session-revoked'])
    })

    t.test('a disabled user that was enabled meanwhile ends up enabled', async t => {
      const user = await newUser(app)
      broker.fail()
      later(await act('disable', user.user_id))
      later(await act('enable', user.user_id))
      broker.recover()
      broker.setConnection('up')
      await waitFor(() => eventsOf(user.user_id).includes('session-revoked'))
      t.same(eventsOf(user.user_id), ['user-enabled', 'session-revoked'])
      const { items } = await broker.revocations()
      t.notOk(items.some(item => item.kind === 'user' && item.userId === user.user_id))
      t.same(await verify(app, (await signIn(app, user.user.username)).access_token), [200, undefined])
    })

    t.test('a broker that comes back without its revocations is given them all', async t => {
      const [user, other, enabled] = [await newUser(app), await newUser(app), await newUser(app)]
      await call(app, 'POST /api/auth/logout', { body: { refresh_token: user.refresh_token } })
      await act('disable', other.user_id)
      await act('disable', enabled.user_id)
      await act('enable', enabled.user_id)
      broker.fail()
      broker.setConnection('down')
      await stores.broker.replaceRevocations([
        { kind: 'user', userId: enabled.user_id, expiresAt: Date.now() + 60_000 }
      ])
      await stores.broker.restoreUser(other.user_id)
      broker.recover()
      broker.setConnection('up')
      await waitFor(async () =>
        (await broker.revocations()).items.some(item => item.kind === 'user' && item.userId === other.user_id)
      )
      const { complete, items } = await broker.revocations()
      t.ok(complete)
      const sids = items.flatMap(item => item.kind === 'session' ? [item.sid] : [])
      for (const { access_token: token } of [user, other, enabled]) {
        t.ok(sids.includes(String(decodeJws(token).claims['sid'])))
      }
      t.notOk(
        items.some(item => item.kind === 'user' && item.userId === enabled.user_id),
        'nor a revocation that was taken back'
      )
    })

    t.test('a sign-in that ends the user\'s other sessions does not wait for the broker', async t => {
      const user = await newUser(app)
      broker.fail()
      const { status } = await call(app, 'POST /api/auth/login', {
        body: { username: user.user.username, password: PASSWORD, end_others: true }
      })
      t.equal(status, 200)
      t.same(await verify(app, user.access_token), [401, 'MOT_TOKEN_REVOKED'])
      broker.recover()
      broker.setConnection('up')
      await waitFor(() => eventsOf(user.user_id).length === 1)
    })

    t.test('nothing is noted where nothing happened', async t => {
      await signUp(app)
      t.equal((await sql`SELECT 1 FROM ap.announcements`).length, 0)
    })
  })
}
