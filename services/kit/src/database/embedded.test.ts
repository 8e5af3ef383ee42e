import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { waitFor, type Teardown } from '@motience/testing'
import { openDatabase } from './index.js'

const ownFolder = async (t: Teardown) => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-embedded-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Starts another process that opens `folder`, inserts a row and waits. */
const startHolder = async (folder: string) => {
  const child = fork(fileURLToPath(new URL('./test-holder.ts', import.meta.url)), [folder], {
    execArgv: ['--conditions=motience-source', '--import', 'tsx']
  })
  const [word] = await once(child, 'message') as [string]
  return { child, word }
}

t.test('a folder is created, keeps its data, and can be opened once at a time', async t => {
  const folder = join(await ownFolder(t), 'deep', 'data')
  const first = await openDatabase({ dataDir: folder })
  await first.sql`create table kept (id int8)`
  await first.sql`insert into kept values (7)`
  t.strictSame([...await first.sql`show fsync`], [{ fsync: 'on' }])
  await t.rejects(openDatabase({ dataDir: folder }), {
    name: 'DataDirInUseError',
    message: new RegExp(`in use by process ${process.pid}`)
  })
  t.strictSame([...await first.sql`select id from kept`], [{ id: 7 }], 'a refused attempt changes nothing')
  await first.close()
  const second = await openDatabase({ dataDir: folder })
  t.teardown(() => second.close())
  t.strictSame([...await second.sql`select id from kept`], [{ id: 7 }])
})

t.test('nobody but the owner can read the files, not even those of an earlier release', async t => {
  const folder = await ownFolder(t)
  const open = async () => {
    const found: Record<string, string> = {}
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const mode = (await stat(path)).mode & 0o777
      if ((mode & 0o077) !== 0) found[path] = mode.toString(8)
    }
    return found
  }
  const first = await openDatabase({ dataDir: folder })
  await first.sql`create table readings as select generate_series(1, 100000) as id`
  await first.sql`checkpoint`
  t.same(await open(), {})
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  await first.close()
  await chmod(folder, 0o755)
  await chmod(join(folder, 'postgres'), 0o755)
  await chmod(join(folder, 'postgres', 'PG_VERSION'), 0o666)
  const second = await openDatabase({ dataDir: folder })
  t.teardown(() => second.close())
  t.same(await open(), {})
  t.equal((await stat(folder)).mode & 0o777, 0o700)
})

t.test(
  "another process is refused with the holder's pid, and after SIGKILL takes over with everything committed",
  async t => {
    const folder = await ownFolder(t)
    const { child, word } = await startHolder(folder)
    t.equal(word, 'committed')
    await t.rejects(openDatabase({ dataDir: folder }), {
      name: 'DataDirInUseError',
      message: new RegExp(`in use by process ${child.pid}`)
    })
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const database = await openDatabase({ dataDir: folder })
    t.teardown(() => database.close())
    t.strictSame([...(await database.sql`select id from held`)], [{ id: 1 }])
  }
)

t.test('another process waits for the folder and opens it as soon as it is released', async t => {
  const folder = await ownFolder(t)
  const first = await openDatabase({ dataDir: folder })
  const waiting: object[] = []
  const logger = { info () {}, warn: (fields: object) => { waiting.push(fields) } }
  const second = openDatabase({ dataDir: folder, waitMs: 60_000, logger })
  await waitFor(() => waiting.length > 0, { what: 'the log of the wait' })
  t.match(waiting[0], { folder, pid: process.pid, host: hostname() })
  await first.close()
  await (await second).close()
  t.equal((await stat(folder)).mode & 0o777, 0o700, 'only this user has access')
})
