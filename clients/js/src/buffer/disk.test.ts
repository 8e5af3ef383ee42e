import { readdirSync } from 'node:fs'
import t from 'tap'
import { openBuffer } from './buffer.js'
import { diskFiles, type Files } from './files.js'
import type { Reading } from './record.js'

const failure = (code: string): Error => Object.assign(new Error(code), { code })

/**
 * A disk with so many bytes left, which counts what is written and freed; a write past its end is cut off in the
 * middle.
 */
const smallDisk = (room: number): Files & { room: number } => {
  const disk: Files & { room: number } = {
    ...diskFiles,
    room,
    write: (fd, bytes) => {
      const fits = Math.min(bytes.length, disk.room)
      diskFiles.write(fd, bytes.subarray(0, fits))
      disk.room -= fits
      if (fits < bytes.length) throw failure('ENOSPC')
    },
    remove: path => {
      disk.room += diskFiles.size(path)
      diskFiles.remove(path)
    }
  }
  return disk
}

t.test('on a full disk the oldest readings are dropped for the newest', async t => {
  const dir = t.testdir()
  const files = smallDisk(400_000)
  const faults: unknown[] = []
  const buffer = await openBuffer({
    dir,
    boot: 'b',
    mono: () => performance.now(),
    files,
    capBytes: 1024 * 1024,
    memoryBytes: 32_768,
    onFault: fault => faults.push(fault)
  })
  for (let i = 1; i <= 1000; i++) {
    buffer.append({ payload: JSON.stringify({ i, fill: 'x'.repeat(1000) }), time: i, mono: i }, 'backlog')
  }
  const { lost, unacked, lastN } = buffer.stats()
  t.equal(lastN, 1000)
  t.equal(lost!.readings + unacked, 1000, 'each one is kept or reported as lost')
  const kept: Reading[] = []
  for (let some = buffer.backlog.next(100, 1e6); some.length > 0; some = buffer.backlog.next(100, 1e6)) {
    kept.push(...some)
  }
  t.same(kept.map(({ n }) => n), Array.from({ length: unacked }, (_, i) => 1000 - unacked + 1 + i))
  t.ok(unacked > 200)
  await buffer.close()
})

t.test('while the disk is not writable the newest readings are kept in memory', async t => {
  const dir = t.testdir()
  let broken = true
  let now = 0
  const files: Files = {
    ...diskFiles,
    write: (fd, bytes) => {
      if (broken) throw failure('EROFS')
      diskFiles.write(fd, bytes)
    }
  }
  const faults: unknown[] = []
  const buffer = await openBuffer({
    dir,
    boot: 'b',
    mono: () => now,
    files,
    memoryBytes: 64 * 1024,
    onFault: fault => faults.push(fault)
  })
  for (let i = 1; i <= 200; i++) {
    buffer.append({ payload: JSON.stringify({ i, fill: 'x'.repeat(1000) }), time: i, mono: i }, 'backlog')
  }
  t.equal(faults.length, 1, 'reported once')
  t.equal(buffer.stats().faulty, true)
  t.ok(buffer.stats().bytes <= 64 * 1024 + 4096)
  broken = false
  now = 2000
  const after = buffer.append({ payload: '{"i":201}', time: 1, mono: 1 }, 'backlog')
  t.equal(faults.at(-1), null)
  t.equal(buffer.stats().faulty, false)
  const { lost } = buffer.stats()
  const kept = buffer.backlog.next(1000, 1e9)
  t.same(
    kept.map(({ n }) => n),
    Array.from({ length: 201 - lost!.lastN }, (_, i) => lost!.lastN + 1 + i),
    'memory and disk are one order'
  )
  buffer.acked(kept)
  t.equal(buffer.stats().unacked, 0)
  t.equal(after.n, 201)
  await buffer.close()
})

t.test('a folder that can\'t be created is not fatal', async t => {
  const file = t.testdir({ taken: 'a file' }) + '/taken/below'
  const faults: unknown[] = []
  const buffer = await openBuffer({ dir: file, boot: 'b', mono: () => 0, onFault: fault => faults.push(fault) })
  t.equal(faults.length, 1)
  t.equal(buffer.append({ payload: '{}', time: 1, mono: 1 }, 'live').n, 1)
  await buffer.close()
})

t.test('a torn write is undone, so that the next record is intact', async t => {
  const dir = t.testdir()
  const files = smallDisk(1e6)
  const buffer = await openBuffer({ dir, boot: 'b', mono: () => performance.now(), files })
  buffer.append({ payload: '{"i":1}', time: 1, mono: 1 }, 'backlog')
  files.room = 10
  buffer.append({ payload: '{"i":2}', time: 1, mono: 1 }, 'backlog')
  files.room = 1e6
  await buffer.close()
  const again = await openBuffer({ dir, boot: 'b', mono: () => performance.now() })
  t.match(again.stats().lost, null, 'the oldest was dropped and reported, or nothing was lost')
  t.ok(readdirSync(dir).length >= 1)
  await again.close()
})

t.test('with fsyncMs 0 each record is synced, and a failing sync is reported', async t => {
  const dir = t.testdir()
  let syncs = 0
  const faults: unknown[] = []
  const files: Files = { ...diskFiles, syncNow: () => { syncs++; if (syncs === 3) throw failure('EIO') } }
  const buffer = await openBuffer({
    dir,
    boot: 'b',
    mono: () => 0,
    files,
    fsyncMs: 0,
    onFault: fault => faults.push(fault)
  })
  for (let i = 1; i <= 3; i++) buffer.append({ payload: '{}', time: 1, mono: 1 }, 'live')
  t.equal(syncs, 3)
  t.equal(faults.length, 1)
  await buffer.close()
})
