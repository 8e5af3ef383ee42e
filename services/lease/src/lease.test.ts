import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { thisProcess } from './holder.js'
import { acquireLease, type LeaseOptions } from './index.js'

const never = (): void => { throw new Error('The lease was lost') }

const acquire = async (folder: string, options: Partial<LeaseOptions> = {}) =>
  await acquireLease(folder, { onLost: never, ...options })

const startHolder = (t: Test, folder: string, host: string, staleMs = 10_000): ChildProcess => {
  const script = fileURLToPath(new URL('./test-holder.ts', import.meta.url))
  const child = fork(script, [folder, host, String(staleMs)], {
    execArgv: ['--conditions=motience-source', '--import', 'tsx']
  })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

const word = async (child: ChildProcess): Promise<unknown> => (await once(child, 'message'))[0]

t.test('a folder belongs to one process until it is released', async t => {
  const folder = t.testdir()
  const lease = await acquire(folder)
  await t.rejects(acquire(folder), {
    name: 'LeaseHeldError',
    message: new RegExp(`in use by process ${process.pid} \\(this one\\) of host ${hostname()}`)
  })
  t.equal(lease.isHeld(), true)
  await lease.release()
  await (await acquire(folder)).release()
})

t.test('one of many concurrent attempts acquires the folder', async t => {
  const folder = t.testdir()
  for (let round = 0; round < 20; round++) {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, async () => await acquire(folder)))
    const got = asked.flatMap(one => one.status === 'fulfilled' ? [one.value] : [])
    if (got.length !== 1) t.fail(`${got.length} got it`)
    await Promise.all(got.map(async lease => { await lease.release() }))
  }
  t.strictSame(await readdir(folder), ['motience.lock.20'])
})

t.test('takes over the lock of an exited process, and an incomplete lock, immediately', async t => {
  const folder = t.testdir()
  const self = await thisProcess()
  const ended = [{ ...self, startedAt: 'another' }, { ...self, pid: 2 ** 30 }].map(holder => JSON.stringify(holder))
  for (const stale of ['', '{', '{"pid":"1"}', ...ended]) {
    const [file = 'motience.lock.1'] = await readdir(folder)
    await writeFile(join(folder, file), stale)
    await (await acquire(folder)).release()
  }
})

t.test('another host name alone does not make a lease stale: the second waits for the first and gives up', async t => {
  const folder = t.testdir()
  const first = startHolder(t, folder, 'container-1')
  t.equal(await word(first), 'held')
  const waited: string[] = []
  const asked = acquire(folder, {
    host: 'container-2',
    waitMs: 2_500,
    staleMs: 2_000,
    onWait: ({ host }) => {
      waited.push(host)
    }
  })
  await t.rejects(asked, { name: 'LeaseHeldError', message: new RegExp(`process ${first.pid} of host container-1`) })
  t.strictSame(waited, ['container-1'], 'calls `onWait` once')
  const second = startHolder(t, folder, 'container-2')
  t.strictSame(await word(second), { waitsFor: 'container-1' })
  first.send('end')
  t.equal(await word(second), 'held')
})

t.test('takes over from a killed process immediately', async t => {
  const folder = t.testdir()
  const child = startHolder(t, folder, 'container-1')
  t.equal(await word(child), 'held')
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  await (await acquire(folder, { host: 'container-2' })).release()
})

t.test('takes over from a suspended process after `staleMs`, which then loses its lease', async t => {
  const folder = t.testdir()
  const child = startHolder(t, folder, 'container-1')
  t.equal(await word(child), 'held')
  child.kill('SIGSTOP')
  const lease = await acquire(folder, { host: 'container-2', waitMs: 30_000, staleMs: 1_500 })
  const ended = once(child, 'exit')
  child.kill('SIGCONT')
  t.strictSame(await ended, [3, null])
  t.equal(lease.isHeld(), true)
  await lease.release()
})

t.test('a waiting process that is suspended does not count that time as the holder\'s silence', async t => {
  const folder = t.testdir()
  const child = startHolder(t, folder, 'container-1')
  t.equal(await word(child), 'held')
  const { readFile } = fs.promises
  t.teardown(() => {
    fs.promises.readFile = readFile
    syncBuiltinESMExports()
  })
  // A disk that hangs, or a suspension of the process, between reading the record the second time and evaluating it.
  let reads = 0
  fs.promises.readFile = (async (...args: Parameters<typeof readFile>) => {
    const text = await readFile(...args)
    if (String(args[0]).includes('motience.lock') && ++reads === 2) await pause(3_500)
    return text
  }) as typeof readFile
  syncBuiltinESMExports()
  await t.rejects(acquire(folder, { host: 'container-2', waitMs: 5_000, staleMs: 3_000 }), { name: 'LeaseHeldError' })
  t.ok(reads > 2, 'the delay happened')
  t.equal(child.exitCode, null, 'the holder still has the folder')
})
