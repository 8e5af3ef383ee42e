import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createMemoryBroker } from '@motience/broker'
import { openDatabase } from '@motience/kit'
import t from 'tap'
import { createAdmin } from '../src/users/create-admin.js'
import { PASSWORD, call, signIn, signUp, testAp, testStores } from './test-ap.js'

const script = fileURLToPath(new URL('../../../scripts/create-admin.mjs', import.meta.url))

const run = async (args: string[], dataDir: string, input: string) => {
  const child = spawn(process.execPath, ['--conditions=motience-source', '--import', 'tsx', script, ...args], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir }, stdio: 'pipe'
  })
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>
  ])
  return { code, out, err }
}

t.test('the command makes an administrator, once, and not beside a running platform', async t => {
  // Not tap's own folder: that is gone before the database is closed.
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-admin-'))
  t.teardown(async () => { await rm(dataDir, { recursive: true, force: true }) })
  t.match(await run(['boss'], dataDir, `${PASSWORD}\nanother line`), {
    code: 0,
    out: 'Created administrator boss.',
    err: ''
  })
  const database = await openDatabase({ dataDir: join(dataDir, 'database') })
  t.teardown(async () => { await database.close() })
  t.equal(await createAdmin(database.sql, 'BOSS', 'another password'), 'exists')
  t.match(await run(['second'], dataDir, PASSWORD), { code: 1, err: /No administrator was created: .*in use/ })
  const broker = createMemoryBroker()
  t.teardown(async () => { await broker.close() })
  const app = await testAp(t, { database, broker })
  t.match((await signIn(app, 'boss')).user, { username: 'boss', role: 'admin', device_id: null })
  t.equal(
    (await call(app, 'POST /api/auth/login', { body: { username: 'boss', password: 'another password' } })).status,
    401
  )
})

t.test('without a name it says how it is used', async t => {
  t.match(await run(['one', 'two'], t.testdirName, ''), { code: 2, out: '', err: /USERNAME/ })
})

t.test('a name that is taken, or a bad one, makes none', async t => {
  const { database, broker } = await testStores(t)
  const { sql } = database
  const app = await testAp(t, { database, broker })
  const name = await signUp(app, 'consumer')
  t.equal(await createAdmin(sql, name.toUpperCase(), PASSWORD), 'taken')
  await t.rejects(createAdmin(sql, 'no', PASSWORD), { message: /username/ })
  await t.rejects(createAdmin(sql, 'boss', 'short'), { message: /password/ })
  t.equal((await sql`SELECT 1 FROM ap.users WHERE role = 'admin'`).length, 0)
})
