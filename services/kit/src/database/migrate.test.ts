import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { databaseKinds, testDatabase, testDatabaseUrl, type Teardown } from '@motience/testing'
import { migrate, openDatabase } from './index.js'

const folder = new URL('./test-migrations/', import.meta.url)
const schema = 'sample'

/** A copy of the migrations for a test to change; its path contains characters of glob patterns. */
const ownFolder = async (t: Teardown) => {
  const path = await mkdtemp(join(tmpdir(), 'motience-[a]-{b}-'))
  await cp(folder, path, { recursive: true })
  t.teardown(() => rm(path, { recursive: true }))
  return { path, url: pathToFileURL(`${path}/`) }
}

for (const kind of await databaseKinds()) {
  t.test(`on the ${kind} database`, async t => {
    t.test('applies every file once, in order, in the schema', async t => {
      const database = await testDatabase(t, { kind })
      await migrate(database, { schema, folder })
      await migrate(database, { schema, folder })
      await database.sql`insert into sample.readings (at, value, device) values (now(), 1.5, 'pi')`
      const done = await database.sql`select version, name from sample.migrations where version > 0 order by version`
      t.strictSame([...done], [{ version: 1, name: 'create-readings' }, { version: 2, name: 'add-device' }])
    })

    t.test('a failing file rolls back the ones before it, and the next start applies all of them', async t => {
      const database = await testDatabase(t, { kind })
      const { path, url } = await ownFolder(t)
      const broken = join(path, '003.do.break.sql')
      await writeFile(broken, 'create table sample.half (id int); select 1 / 0;')
      await t.rejects(migrate(database, { schema, folder: url }), { code: '22012' })
      t.strictSame([...await database.sql`select to_regclass('sample.readings') as readings`], [{ readings: null }])
      await writeFile(broken, 'create table sample.whole (id int);')
      await migrate(database, { schema, folder: url })
      await t.resolves(database.sql`select from sample.whole`)
    })

    t.test('rejects a file that was changed after it was applied', async t => {
      const database = await testDatabase(t, { kind })
      const { path, url } = await ownFolder(t)
      await migrate(database, { schema, folder: url })
      await writeFile(join(path, '001.do.create-readings.sql'), 'select 1;')
      await t.rejects(migrate(database, { schema, folder: url }), {
        message: /MD5 checksum failed for migration \[1\]/
      })
    })

    t.test('an older release leaves a newer schema unchanged', async t => {
      const database = await testDatabase(t, { kind })
      const { path, url } = await ownFolder(t)
      await migrate(database, { schema, folder: url })
      await rm(join(path, '002.do.add-device.sql'))
      await migrate(database, { schema, folder: url })
      t.equal((await database.sql`select device from sample.readings`).length, 0)
    })

    t.test('two services migrate in one database', async t => {
      const database = await testDatabase(t, { kind })
      const { path, url } = await ownFolder(t)
      await writeFile(join(path, '001.do.create-readings.sql'), 'create table other.things (id int);')
      await rm(join(path, '002.do.add-device.sql'))
      await Promise.all([migrate(database, { schema, folder }), migrate(database, { schema: 'other', folder: url })])
      await t.resolves(database.sql`select from sample.readings, other.things`)
    })

    t.test('rejects an invalid schema name', async t => {
      const database = await testDatabase(t, { kind })
      await t.rejects(migrate(database, { schema: 'sm"; drop', folder }), /is not a valid schema name/)
    })
  })
}

if ((await databaseKinds()).includes('postgres')) {
  t.test('processes that start concurrently apply every file once', async t => {
    const url = await testDatabaseUrl(t)
    const databases = await Promise.all(Array.from({ length: 6 }, () => openDatabase({ url, pool: 1 })))
    t.teardown(() => Promise.all(databases.map(database => database.close())))
    await Promise.all(databases.map(database => migrate(database, { schema, folder })))
    const [database] = databases
    t.strictSame([...await database!.sql`select count(*) from sample.migrations where version > 0`], [{ count: 2 }])
  })
}
