import { databaseKinds } from '@motience/testing'
import t from 'tap'
import { call, createTestClock, DAY, newUser, refresh, testAp, testSettings, testStores, verify } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const clock = createTestClock()
    const app = await testAp(t, { ...stores, clock })
    const other = await testAp(t, { ...stores, clock })

    t.test('a refresh answers new tokens, and the session goes on', async t => {
      const first = await newUser(app)
      clock.pass(1_000)
      const { status, body, headers } = await refresh(app, first.refresh_token)
      t.equal(status, 200)
      t.equal(headers['cache-control'], 'no-store')
      t.not(body.refresh_token, first.refresh_token)
      t.not(body.access_token, first.access_token)
      t.same(body.user, first.user)
      t.same(await verify(app, body.access_token), [200, undefined])
      t.same(await verify(app, first.access_token), [200, undefined], 'the earlier access token lives on')
      t.equal((await refresh(app, body.refresh_token)).status, 200)
    })

    t.test('for ten seconds the spent parent is answered with the same child, by any instance', async t => {
      const first = await newUser(app)
      const child = (await refresh(app, first.refresh_token)).body.refresh_token
      clock.pass(10_000)
      const again = await refresh(other, first.refresh_token)
      t.equal(again.status, 200)
      t.equal(again.body.refresh_token, child)
      t.same(await verify(app, again.body.access_token), [200, undefined])
      t.equal((await refresh(app, child)).status, 200)
    })

    t.test('a millisecond later it ends the session', async t => {
      const first = await newUser(app)
      const second = (await refresh(app, first.refresh_token)).body
      clock.pass(10_001)
      t.match(await refresh(app, first.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_REUSED' } })
      t.match(await refresh(app, second.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_INVALID' } })
      t.match(await refresh(app, first.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_REUSED' } })
      for (const token of [first.access_token, second.access_token]) {
        t.same(await verify(other, token), [401, 'MOT_TOKEN_REVOKED'])
      }
    })

    t.test('a grandparent is never forgiven', async t => {
      const first = await newUser(app)
      const second = (await refresh(app, first.refresh_token)).body
      const third = (await refresh(app, second.refresh_token)).body
      t.match(await refresh(app, first.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_REUSED' } })
      t.match(await refresh(app, third.refresh_token), { status: 401 })
    })

    t.test('another session of the same user is not touched', async t => {
      const first = await newUser(app)
      const elsewhere = (
        await call<{ refresh_token: string }>(app, 'POST /api/auth/login', {
          body: { username: first.user.username, password: 'correct horse battery' }
        })
      ).body
      await refresh(app, first.refresh_token)
      clock.pass(20_000)
      await refresh(app, first.refresh_token)
      t.equal((await refresh(app, elsewhere.refresh_token)).status, 200)
    })

    t.test('many refreshes at once with one token, at two instances, get the same child', async t => {
      const first = await newUser(app)
      const answers = await Promise.all(
        [app, other, app, other, app, other].map(async at => await refresh(at, first.refresh_token))
      )
      t.same([...new Set(answers.map(({ status }) => status))], [200])
      t.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1)
    })

    t.test('a refresh token lives for its time, and each refresh gives a new one', async t => {
      const first = await newUser(app)
      clock.pass(7 * DAY - 1)
      const second = await refresh(app, first.refresh_token)
      t.equal(second.status, 200)
      clock.pass(7 * DAY)
      t.match(await refresh(app, second.body.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_INVALID' } })
    })

    t.test('what is no refresh token is refused and ends nothing', async t => {
      const first = await newUser(app)
      const forged = Buffer.from(first.refresh_token, 'base64url')
      forged[30] = (forged[30] as number) ^ 1
      for (const token of ['x', 'A'.repeat(91), first.access_token.slice(0, 512), forged.toString('base64url')]) {
        t.match(await refresh(app, token), { status: 401, body: { code: 'MOT_AP_REFRESH_INVALID' } })
      }
      t.equal((await refresh(app, first.refresh_token)).status, 200)
    })

    t.test('no refresh token can be read from the database', async t => {
      const first = await newUser(app)
      const { refresh_token: child } = (await refresh(app, first.refresh_token)).body
      const rows = await stores.database.sql`SELECT s::text AS line FROM ap.sessions s`
      const dump = rows.map(row => String(row['line'])).join('\n')
      for (const token of [first.refresh_token, child]) {
        t.notMatch(dump, token)
        t.notMatch(dump, Buffer.from(token, 'base64url').subarray(20, 52).toString('hex'))
      }
    })

    t.test('a changed service secret signs nobody out', async t => {
      const first = await newUser(app)
      const changed = await testAp(t, {
        ...stores,
        clock,
        settings: {
          ...testSettings,
          serviceSecret: 'another secret of the tests',
          lifetimes: { accessMs: 3_600_000, refreshMs: DAY, keyMs: DAY }
        }
      })
      t.same(await verify(changed, first.access_token), [200, undefined])
      const { status, body } = await refresh(changed, first.refresh_token)
      t.equal(status, 200)
      t.same(await verify(changed, body.access_token), [200, undefined])
    })
  })
}
