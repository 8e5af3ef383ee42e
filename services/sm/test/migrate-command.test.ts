import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@motience/kit'
import t from 'tap'
import { migrateSm } from '../src/migrate.js'

const server = fileURLToPath(new URL('../src/server.ts', import.meta.url))

const migrate = async (env: Record<string, string>) =>
  await new Promise<{ code: unknown, out: string, err: string }>(resolve => {
    const command = ['--conditions=motience-source', '--import', 'tsx', server, 'migrate']
    execFile(process.execPath, command, { env: { PATH: process.env['PATH'], ...env } }, (error, out, err) => {
      resolve({ code: error?.code ?? 0, out, err })
    })
  })

t.test('`server.js migrate` migrates the tables and exits, and the service finds them migrated', async t => {
  // Not tap's own folder: that is gone before the database is closed.
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-migrate-'))
  t.teardown(async () => { await rm(dataDir, { recursive: true, force: true }) })
  const { code, out, err } = await migrate({ DATA_DIR: dataDir })
  t.strictSame({ code, err }, { code: 0, err: '' })
  t.match(out, /"service":"sm".*"Migrated the database"/)
  const database = await openDatabase({ dataDir: join(dataDir, 'database') })
  t.teardown(async () => { await database.close() })
  t.same([...await database.sql`SELECT count(*)::integer AS rows FROM sm.subscriptions`], [{ rows: 0 }])
  const versions = async () => [...await database.sql`SELECT * FROM sm.migrations ORDER BY version`]
  const before = await versions()
  await migrateSm(database)
  t.same(await versions(), before)
})

t.test('a migration that fails says why and exits with 1', async t => {
  const { code, err } = await migrate({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DB_WAIT_MS: '0' })
  t.equal(code, 1)
  t.match(err, /^SM can't start: .*\n$/)
})
