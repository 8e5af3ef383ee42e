import { createLogger, type Database } from '@motience/kit'
import { databaseKinds, testDatabase } from '@motience/testing'
import { migrate } from '@motience/kit'
import { Registry } from 'prom-client'
import t from 'tap'
import { createDsmMetrics } from '../metrics.js'
import type { StoredMessage } from './stored-message.js'
import { createWriter, NotStoredError } from './writer.js'

const row = (producerId: number, offset: number, more: Partial<StoredMessage> = {}): StoredMessage => ({
  producerId,
  epoch: 1,
  offset,
  version: 0,
  receivedAt: Date.now(),
  at: 0,
  atNs: 0,
  deviceId: null,
  session: 's',
  seq: offset,
  tail: ',"payload":{}}',
  ...more
})

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const database = await testDatabase(t, { kind })
    await migrate(database, { schema: 'dsm', folder: new URL('../../migrations/', import.meta.url) })
    const lines: string[] = []
    const logger = createLogger('dsm', 'info', { write: line => { lines.push(line) } })
    const metrics = createDsmMetrics(new Registry(), () => 0, () => 0)
    const open = (database: Database, deadlineMs = 5_000) => createWriter({ database, logger, metrics, deadlineMs })
    const count = async () =>
      (await database.sql<{ count: number }[]>`SELECT count(*)::float8 AS count FROM dsm.messages`)[0]!.count

    t.test('what comes while a commit is under way goes together with the next', async t => {
      const writer = open(database)
      await Promise.all(Array.from({ length: 200 }, async (_, n) => await writer.store([row(1, n + 1)])))
      t.equal(await count(), 200)
      const { values } = await metrics.commitMessages.get()
      const commits = values.find(value => value.metricName === 'motience_dsm_commit_messages_count')!.value
      t.ok(commits <= 10, `${commits} commits`)
    })

    t.test('what is stored already stays as it is', async t => {
      await open(database).store([row(1, 1, { tail: 'other' })])
      const [kept] = await database.sql`SELECT tail FROM dsm.messages WHERE "offset" = 1`
      t.equal(kept!['tail'], ',"payload":{}}')
    })

    t.test('rows that PostgreSQL refuses harm no other call\'s, and none of them is logged', async t => {
      const writer = open(database)
      const results = await Promise.allSettled([
        writer.store([row(2, 1)]),
        writer.store([row(2, 2)]),
        writer.store([row(2, 3), row(2, 4, { tail: 'secret \u0000' })]),
        writer.store([row(2, 5)]),
        writer.store([row(2, 6)])
      ])
      t.same(results.map(result => result.status), ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
      t.type((results[2] as PromiseRejectedResult).reason, NotStoredError)
      t.ok(lines.some(line => line.includes('Failed to commit')))
      t.notOk(lines.some(line => line.includes('secret')))
    })

    t.test('a commit that does not end is not waited for longer than the deadline', async t => {
      const hanging = {
        ...database,
        sql: Object.assign(() => new Promise(() => {}), database.sql) as unknown as Database['sql']
      }
      const writer = open(hanging, 20)
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, async (_, n) => await writer.store([row(3, n + 1)]))
      )
      t.ok(results.every(result => result.status === 'rejected' && result.reason instanceof NotStoredError))
    })
  })
}
