import { databaseKinds } from '@motience/testing'
import t from 'tap'
import { afterRestore, SKIPPED_IDS } from '../src/after-restore.js'
import { call, newUser, refresh, signIn, signUp, testAp, testStores, verify } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`after the ${kind} database was put back`, async t => {
    t.test('no id is given out again, and no access token of before is good', async t => {
      const { database, broker } = await testStores(t, { database: kind })
      const before = await testAp(t, { database, broker })
      const known = await newUser(before)
      await before.close()
      t.same(await afterRestore(database.sql), { keys: 1, endedSessions: 0 })

      const app = await testAp(t, { database, broker })
      t.same(await verify(app, known.access_token), [401, 'MOT_UNAUTHORIZED'])
      t.ok((await newUser(app)).user_id > known.user_id + SKIPPED_IDS)
      const renewed = await refresh(app, known.refresh_token)
      t.equal(renewed.status, 200, 'who the database knows goes on')
      t.same(await verify(app, renewed.body.access_token), [200, undefined])
    })

    t.test('where it is asked for, everybody has to sign in again', async t => {
      const { database, broker } = await testStores(t, { database: kind })
      const before = await testAp(t, { database, broker })
      const username = await signUp(before)
      const known = await signIn(before, username)
      await call(before, 'POST /api/auth/logout', {
        body: { refresh_token: (await signIn(before, username)).refresh_token }
      })
      await before.close()
      t.same(await afterRestore(database.sql, { endSessions: true }), { keys: 1, endedSessions: 1 })

      const app = await testAp(t, { database, broker })
      t.equal((await refresh(app, known.refresh_token)).status, 401)
      t.same(await verify(app, (await signIn(app, username)).access_token), [200, undefined])
    })
  })
}
