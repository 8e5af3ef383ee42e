import { afterRestore } from '@motience/ap'
import { openDatabase } from '@motience/kit'
import { brokerKinds, databaseKinds, startPostgres, startRedis } from '@motience/testing'
import { join } from 'node:path'
import t from 'tap'
import { embeddedForm, inOneProcess } from '../../proofs/restore/embedded-form.js'
import { isClean } from '../../proofs/restore/ledger.js'
import { liveThrough } from '../../proofs/restore/backup-and-restore.js'
import { dumpForms } from '../../proofs/restore/server-forms.js'

t.setTimeout(240_000)

/** What `scripts/after-restore.mjs` does, without a build. */
const secure = async (at: { url: string } | { dataDir: string }): Promise<void> => {
  const database = await openDatabase({ ...at, pool: 1 })
  await afterRestore(database.sql)
  await database.close()
}

t.test('a copy of DATA_DIR is put back', async t => {
  const { platform, form, remove } = await embeddedForm(dataDir => secure({ dataDir: join(dataDir, 'database') }))
  t.teardown(remove)
  const { sums, clashes } = await liveThrough(platform, form)
  t.same(clashes, [])
  t.ok(isClean(sums), JSON.stringify(sums))
})

t.test('a dump of PostgreSQL is put back, and Redis is kept or emptied', async t => {
  if ((await databaseKinds()).length + (await brokerKinds()).length < 4) {
    return t.comment('PostgreSQL or Redis was not found')
  }
  const database = await startPostgres()
  t.teardown(() => database.remove())
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const platform = await inOneProcess({ DATABASE_URL: database.url, REDIS_URL: redis.url })
  t.teardown(() => platform.close())
  for (const form of await dumpForms({ database, redis, afterRestore: () => secure({ url: database.url }) })) {
    const { sums, clashes } = await liveThrough(platform, form)
    t.same(clashes, [], form.name)
    t.ok(isClean(sums), `${form.name}: ${JSON.stringify(sums)}`)
  }
})
