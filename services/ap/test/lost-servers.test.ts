import { createRedisBroker } from '@motience/broker'
import { openDatabase } from '@motience/kit'
import {
  decodeJws, postgresAvailable, redisAvailable, startPostgres, startRedis, testBroker, testDatabase, waitFor
} from '@motience/testing'
import t from 'tap'
import { migrateAp } from '../src/migrate.js'
import { call, newUser, PASSWORD, refresh, signIn, testAp, verify } from './test-ap.js'

t.test(
  'while PostgreSQL is down every call is answered 503, and afterwards all is as it was',
  { skip: !postgresAvailable() && 'no PostgreSQL' },
  async t => {
    const server = await startPostgres()
    t.teardown(async () => {
      await server.remove()
    })
    const database = await openDatabase({ url: server.url, pool: 4 })
    t.teardown(async () => {
      await database.close()
    })
    await migrateAp(database)
    const app = await testAp(t, { database, broker: await testBroker(t, 'memory'), sweepMs: 50 })
    const user = await newUser(app)

    await server.kill()
    await waitFor(async () => (await call(app, 'GET /ready')).status === 503)
    const login = async () =>
      await call(app, 'POST /api/auth/login', { body: { username: user.user.username, password: PASSWORD } })
    for (const answer of [
      await login(),
      await refresh(app, user.refresh_token),
      await call(app, 'GET /api/auth/verify', { token: user.access_token })
    ]) {
      t.match(answer, { status: 503, body: { code: 'MOT_UNAVAILABLE' }, headers: { 'retry-after': /^\d+$/ } })
    }
    t.equal((await call(app, 'GET /.well-known/jwks.json')).status, 200, 'the keys need no database')
    t.equal((await call(app, 'GET /health')).status, 200)

    await server.start()
    await waitFor(async () => (await call(app, 'GET /ready')).status === 200)
    t.same(await verify(app, user.access_token), [200, undefined])
    t.equal((await refresh(app, user.refresh_token)).status, 200)
    t.equal((await login()).status, 200)
  }
)

t.test(
  'what is revoked while Redis is down reaches it when it is back, empty as it may be',
  { skip: !redisAvailable() && 'no Redis' },
  async t => {
    const server = await startRedis()
    t.teardown(async () => {
      await server.remove()
    })
    const broker = await createRedisBroker({ url: server.url, mode: 'standalone', probeMs: 100 })
    t.teardown(async () => {
      await broker.close()
    })
    const database = await testDatabase(t)
    await migrateAp(database)
    const app = await testAp(t, { database, broker, sweepMs: 50 })
    const [before, during] = [await newUser(app), await newUser(app)]
    const logout = async (refreshToken: string) =>
      await call(app, 'POST /api/auth/logout', { body: { refresh_token: refreshToken } })
    await waitFor(async () => (await broker.revocations()).complete)
    t.equal((await logout(before.refresh_token)).status, 204)

    await server.kill()
    t.match(await logout(during.refresh_token), { status: 503, body: { code: 'MOT_UNAVAILABLE' } })
    t.same(await verify(app, during.access_token), [401, 'MOT_TOKEN_REVOKED'])
    t.ok(await signIn(app, during.user.username))

    await server.start()
    const sids = async () =>
      (await broker.revocations()).items.flatMap(item => (item.kind === 'session' ? [item.sid] : []))
    for (const { access_token: token } of [before, during]) {
      const { claims } = decodeJws(token)
      await waitFor(async () => (await sids()).includes(String(claims['sid'])), { what: 'the revocation in Redis' })
    }
    await waitFor(async () => (await broker.revocations()).complete)
    await waitFor(async () => (await database.sql`SELECT 1 FROM ap.announcements`).length === 0)
    t.equal((await logout(during.refresh_token)).status, 204, 'the repeated call is content')
  }
)
