import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Teardown } from '../testing/index.js'
import { lockDataDir } from './data-dir-lock.js'
import { openDatabase } from './index.js'

const ownFolder = async (t: Teardown) => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-embedded-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Starts another process that opens `folder`, inserts a row and then stands by. */
const startHolder = async (folder: string) => {
  const child = fork(fileURLToPath(new URL('./test-holder.ts', import.meta.url)), [folder], { execArgv: ['--conditions=development', '--import', 'tsx'] })
  const [word] = await once(child, 'message') as [string]
  return { child, word }
}

t.test('a folder keeps its data, is made if missing, and is nobody else\'s while it is open', async t => {
  const folder = join(await ownFolder(t), 'deep', 'data')
  const first = await openDatabase({ dataDir: folder })
  await first.sql`create table kept (id int8)`
  await first.sql`insert into kept values (7)`
  t.strictSame([...await first.sql`show fsync`], [{ fsync: 'on' }])
  await t.rejects(openDatabase({ dataDir: folder }), { name: 'DataDirInUseError', message: new RegExp(`in use by process ${process.pid}`) })
  t.strictSame([...await first.sql`select id from kept`], [{ id: 7 }], 'the refused one did no harm')
  await first.close()
  const second = await openDatabase({ dataDir: folder })
  t.teardown(() => second.close())
  t.strictSame([...await second.sql`select id from kept`], [{ id: 7 }])
})

t.test('another process is refused with the holder\'s number, and takes over after SIGKILL with all that was committed', async t => {
  const folder = await ownFolder(t)
  const { child, word } = await startHolder(folder)
  t.equal(word, 'committed')
  await t.rejects(openDatabase({ dataDir: folder }), { name: 'DataDirInUseError', message: new RegExp(`in use by process ${child.pid}`) })
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  const database = await openDatabase({ dataDir: folder })
  t.teardown(() => database.close())
  t.strictSame([...await database.sql`select id from held`], [{ id: 1 }])
})

t.test('a lock is taken over if its process is gone, came later, or was never written whole', async t => {
  const folder = await ownFolder(t)
  const held = { pid: process.pid, startedAt: 'another', host: hostname() }
  for (const stale of ['', '{', '{"pid":"1"}', JSON.stringify(held), JSON.stringify({ ...held, pid: 2 ** 30 }), JSON.stringify({ ...held, host: 'x' })]) {
    const [file] = await readdir(folder)
    await writeFile(join(folder, file ?? 'motience.lock.1'), stale)
    const unlock = await lockDataDir(folder)
    await t.rejects(lockDataDir(folder), { name: 'DataDirInUseError' })
    await unlock()
  }
  t.strictSame(await readdir(folder), ['motience.lock.7'])
})

t.test('of many that ask at once for a stale lock one gets it', async t => {
  const folder = await ownFolder(t)
  for (let round = 0; round < 20; round++) {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(folder)))
    const got = asked.flatMap(one => one.status === 'fulfilled' ? [one.value] : [])
    if (got.length !== 1) t.fail(`${got.length} got it`)
    await Promise.all(got.map(unlock => unlock()))
  }
  t.strictSame(await readdir(folder), ['motience.lock.20'])
})
