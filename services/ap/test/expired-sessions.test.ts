import { waitFor } from '@motience/testing'
import t from 'tap'
import {
  call, createTestClock, DAY, HOUR, newUser, refresh, testAp, testSettings, testStores, verify
} from './test-ap.js'

t.test('sessions of which no token lives are forgotten, and no others', async t => {
  const stores = await testStores(t)
  const { sql } = stores.database
  const clock = createTestClock()
  // A key that lives 60 ms is looked after every 10 ms.
  const app = await testAp(t, {
    ...stores,
    clock,
    settings: { ...testSettings, lifetimes: { accessMs: HOUR, refreshMs: 7 * DAY, keyMs: 60 } }
  })
  const [ended, living, unused] = [await newUser(app), await newUser(app), await newUser(app)]
  const rest = async () =>
    (await sql<{ user_id: number }[]>`SELECT user_id FROM ap.sessions ORDER BY user_id`).map(row => row.user_id)
  await call(app, 'POST /api/auth/logout', { body: { refresh_token: ended.refresh_token } })

  clock.pass(DAY + HOUR + 1_000)
  await waitFor(async () => (await rest()).length === 2)
  t.same(await rest(), [living.user_id, unused.user_id])
  t.match(await refresh(app, ended.refresh_token), { status: 401, body: { code: 'MOT_AP_REFRESH_INVALID' } })
  t.same(await verify(app, ended.access_token), [401, 'MOT_TOKEN_EXPIRED'])

  t.equal((await refresh(app, living.refresh_token)).status, 200)
  clock.pass(7 * DAY)
  await waitFor(async () => (await rest()).length === 1)
  t.same(await rest(), [living.user_id])
})
