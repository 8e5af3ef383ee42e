import { createMemoryBroker, type Broker } from '@motience/broker'
import { postgresAvailable, testDatabase, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { migrateAp } from '../src/migrate.js'
import { createRevocationPublisher } from '../src/revocations/revocation-publisher.js'
import { createAdmin } from '../src/users/create-admin.js'
import { call, newName, newUser, PASSWORD, signIn, testAp } from './test-ap.js'

/** The broker as one instance sees it: the named call waits at the door until it is let in. */
const holdAt = (broker: Broker, name: 'revoke' | 'replaceRevocations') => {
  let arrive = () => {}
  let letIn = () => {}
  const arrived = new Promise<void>(resolve => { arrive = resolve })
  const opened = new Promise<void>(resolve => { letIn = resolve })
  const held = Object.create(broker, {
    link: { value: 'up' },
    [name]: {
      value: async (revocations: never) => {
        arrive()
        await opened
        await broker[name](revocations)
      }
    }
  }) as Broker
  return { held, arrived, letIn }
}

const skip = !postgresAvailable() && 'no PostgreSQL, and the embedded database serves one instance'

const setUp = async (t: Test) => {
  const database = await testDatabase(t, { kind: 'postgres', pool: 8 })
  await migrateAp(database)
  const broker = createMemoryBroker()
  t.teardown(async () => { await broker.close() })
  const app = await testAp(t, { database, broker, sweepMs: 3_600_000 })
  await waitFor(async () => (await broker.revocations()).complete)
  const adminName = newName()
  await createAdmin(database.sql, adminName, PASSWORD)
  const { access_token: token } = await signIn(app, adminName)
  const { user_id: userId } = await newUser(app)
  const isRevoked = async () =>
    (await broker.revocations()).items.some(item => item.kind === 'user' && item.userId === userId)
  const act = async (at: typeof app, action: 'disable' | 'enable') =>
    (await call(at, `POST /api/users/${userId}/${action}`, { token })).status
  /** Resolves when `call` is done, or waits for another instance in the database. */
  const doneOrWaiting = async (call: Promise<unknown>) => {
    let isDone = false
    call.then(() => { isDone = true }, () => { isDone = true })
    await waitFor(
      async () =>
        isDone ||
        (
          await database.sql`
      SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
        ).length > 0
    )
  }
  return { database, broker, app, isRevoked, act, doneOrWaiting }
}

t.test('a disabling that is slow to reach the broker does not overtake the enabling after it', { skip }, async t => {
  const { database, broker, app, isRevoked, act, doneOrWaiting } = await setUp(t)
  const { held, arrived, letIn } = holdAt(broker, 'revoke')
  const slow = await testAp(t, { database, broker: held, sweepMs: 3_600_000 })

  const disabling = act(slow, 'disable')
  await arrived
  const enabling = act(app, 'enable')
  await doneOrWaiting(enabling)
  letIn()
  t.same(await Promise.all([disabling, enabling]), [204, 204])
  t.notOk(await isRevoked(), 'the broker has what PostgreSQL has')
})

t.test('who gives the broker all revocations does not undo one that is added meanwhile', { skip }, async t => {
  const { database, broker, app, isRevoked, act, doneOrWaiting } = await setUp(t)
  const { held, arrived, letIn } = holdAt(broker, 'replaceRevocations')
  const replacing = createRevocationPublisher(database.sql, held, Date.now).replaceAll()
  await arrived
  const disabling = act(app, 'disable')
  await doneOrWaiting(disabling)
  letIn()
  await replacing
  t.equal(await disabling, 204)
  t.ok(await isRevoked())
})
