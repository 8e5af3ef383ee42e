import { brokerKinds, databaseKinds, testBroker } from '@motience/kit/testing'
import t from 'tap'
import { createAnnouncer } from '../src/revocations/announcer.js'
import { createAdmin } from '../src/users/create-admin.js'
import { call, newName, newUser, PASSWORD, signIn, testAp, testStores } from './test-ap.js'

/** The same order of numbers from the same seed (mulberry32), so that a failure can be repeated. */
const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

const database = (await databaseKinds()).at(-1)
const kind = (await brokerKinds()).at(-1) ?? 'memory'

t.test('two instances that disable, enable and replace at the same time leave the broker as PostgreSQL is', async t => {
  const stores = await testStores(t, { database, broker: kind })
  const second = kind === 'redis' ? await testBroker(t, kind, { keep: true }) : stores.broker
  const apps = [await testAp(t, stores), await testAp(t, { database: stores.database, broker: second })]
  const [first] = apps as [typeof apps[number]]
  const adminName = newName()
  await createAdmin(stores.database.sql, adminName, PASSWORD)
  const { access_token: token } = await signIn(first, adminName)
  const users = await Promise.all(Array.from({ length: 6 }, async () => (await newUser(first)).user_id))
  const announcer = createAnnouncer(stores.database.sql, stores.broker, Date.now)
  const random = createRandom(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

  for (let round = 0; round < 10; round++) {
    const steps = Array.from({ length: 12 }, async () => {
      const { status } = await call(pick(apps), `POST /api/users/${pick(users)}/${pick(['disable', 'enable', 'revoke'])}`, { token })
      return status
    })
    const statuses = await Promise.all([...steps, announcer.replaceAll().then(() => 204)])
    t.same(new Set(statuses), new Set([204]))
    const rows = await stores.database.sql<{ id: number }[]>`SELECT id FROM ap.users WHERE disabled_at IS NOT NULL ORDER BY id`
    const { items } = await stores.broker.revocations()
    const revoked = items.flatMap(item => item.kind === 'user' ? [item.userId] : []).sort((a, b) => a - b)
    t.same(revoked, rows.map(row => row.id), `round ${round}`)
    const [left] = await stores.database.sql<{ count: number }[]>`SELECT count(*) FROM ap.announcements`
    t.equal(left?.count, 0)
  }
  const ended = await stores.database.sql<{ id: string }[]>`SELECT id FROM ap.sessions WHERE ended_at IS NOT NULL`
  const { items } = await stores.broker.revocations()
  const sids = new Set(items.flatMap(item => item.kind === 'session' ? [item.sid] : []))
  t.ok(ended.length > 0 && ended.every(({ id }) => sids.has(id)), 'every session that ended is revoked')
})
