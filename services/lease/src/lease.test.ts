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

t.test('a folder is one process\'s, until it is given back', async t => {
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

t.test('of many that ask at once for a free folder one gets it', async t => {
  const folder = t.testdir()
  for (let round = 0; round < 20; round++) {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, async () => await acquire(folder)))
    const got = asked.flatMap(one => one.status === 'fulfilled' ? [one.value] : [])
    if (got.length !== 1) t.fail(`${got.length} got it`)
    await Promise.all(got.map(async lease => { await lease.release() }))
  }
  t.strictSame(await readdir(folder), ['motience.lock.20'])
})

t.test('a lock whose process has ended, or that was never written whole, is taken over at once', async t => {
  const folder = t.testdir()
  const self = await thisProcess()
  const ended = [{ ...self, startedAt: 'another' }, { ...self, pid: 2 ** 30 }].map(holder => JSON.stringify(holder))
  for (const stale of ['', '{', '{"pid":"1"}', ...ended]) {
    const [file = 'motience.lock.1'] = await readdir(folder)
    await writeFile(join(folder, file), stale)
    await (await acquire(folder)).release()
  }
})

t.test('another host name alone makes nothing stale: the second waits for the first, and gives up', async t => {
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
  t.strictSame(waited, ['container-1'], 'and says once for whom')
  const second = startHolder(t, folder, 'container-2')
  t.strictSame(await word(second), { waitsFor: 'container-1' })
  first.send('end')
  t.equal(await word(second), 'held')
})

t.test('a process that was killed is followed at once', async t => {
  const folder = t.testdir()
  const child = startHolder(t, folder, 'container-1')
  t.equal(await word(child), 'held')
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  await (await acquire(folder, { host: 'container-2' })).release()
})

t.test('a process that stands still is followed after a time, and ends when it goes on', async t => {
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

t.test('a process that waits and is itself held up does not take its own delay for the holder\'s', async t => {
  const folder = t.testdir()
  const child = startHolder(t, folder, 'container-1')
  t.equal(await word(child), 'held')
  const { readFile } = fs.promises
  t.teardown(() => {
    fs.promises.readFile = readFile
    syncBuiltinESMExports()
  })
  // A disk that hangs, or a stop of the process, between what the second look reads and what is made of it.
  let looks = 0
  fs.promises.readFile = (async (...args: Parameters<typeof readFile>) => {
    const text = await readFile(...args)
    if (String(args[0]).includes('motience.lock') && ++looks === 2) await pause(3_500)
    return text
  }) as typeof readFile
  syncBuiltinESMExports()
  await t.rejects(acquire(folder, { host: 'container-2', waitMs: 5_000, staleMs: 3_000 }), { name: 'LeaseHeldError' })
  t.ok(looks > 2, 'the delay came to pass')
  t.equal(child.exitCode, null, 'and the holder still holds the folder')
})
