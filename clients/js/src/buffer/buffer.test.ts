import { readdirSync } from 'node:fs'
import t from 'tap'
import { openBuffer, type BufferOptions, type ReadingBuffer } from './buffer.js'
import type { Reading } from './record.js'

const open = (dir: string | null, options: Partial<BufferOptions> = {}): Promise<ReadingBuffer> =>
  openBuffer({ dir, boot: 'boot-1', mono: () => performance.now(), ...options })

const add = (buffer: ReadingBuffer, value: number, priority: 'live' | 'backlog' = 'backlog', size = 0): Reading =>
  buffer.append(
    { payload: JSON.stringify({ value, fill: 'x'.repeat(size) }), time: 1000 + value, mono: value },
    priority
  )

const drain = (buffer: ReadingBuffer): Reading[] => {
  const all: Reading[] = []
  for (;;) {
    const some = buffer.backlog.next(100, 1e6)
    if (some.length === 0) return all
    all.push(...some)
  }
}
const numbers = (readings: Reading[]): number[] => readings.map(({ n }) => n)
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

t.test('readings are numbered, and read once and in order, in memory too', async t => {
  for (const dir of [t.testdir(), null]) {
    const buffer = await open(dir)
    for (let i = 1; i <= 5; i++) add(buffer, i)
    t.same(numbers(buffer.backlog.next(2, 1e6)), [1, 2])
    t.same(numbers(drain(buffer)), [3, 4, 5])
    t.same(drain(buffer), [])
    add(buffer, 6)
    const [last] = drain(buffer)
    t.match(last, {
      n: 6,
      priority: 'backlog',
      run: buffer.run,
      boot: 'boot-1',
      time: 1006,
      mono: 6,
      payload: '{"value":6,"fill":""}'
    })
    t.match(buffer.stats(), { unacked: 6, waiting: 0, lastN: 6, oldest: 1001, lost: null, faulty: false })
    await buffer.close()
  }
})

t.test('live readings are in the backlog of the next run only', async t => {
  const dir = t.testdir()
  const first = await open(dir)
  add(first, 1, 'live')
  add(first, 2, 'backlog')
  add(first, 3, 'live')
  t.same(numbers(drain(first)), [2])
  await first.close()
  const second = await open(dir)
  const readings = drain(second)
  t.same(numbers(readings), [1, 2, 3])
  t.same(
    readings.map(({ run, priority }) => [run, priority]),
    [
      [first.run, 'live'],
      [first.run, 'backlog'],
      [first.run, 'live']
    ]
  )
  t.equal(add(second, 4).n, 4)
  await second.close()
})

t.test('acked readings are removed permanently, per device session', async t => {
  const dir = t.testdir()
  const first = await open(dir)
  const live = [1, 2, 3].map(i => add(first, i, 'live'))
  const backlog = [4, 5, 6].map(i => add(first, i, 'backlog'))
  first.acked(live)
  first.acked(backlog.slice(0, 1))
  await first.close()
  const second = await open(dir)
  t.same(numbers(drain(second)), [5, 6])
  t.equal(second.stats().unacked, 2)
  second.acked(backlog.slice(1))
  t.equal(second.stats().unacked, 0)
  t.equal(second.stats().oldest, null)
  await second.close()
  const third = await open(dir)
  t.same(drain(third), [])
  t.equal(add(third, 7).n, 7, 'numbers go on when all segments are gone')
  t.equal(readdirSync(dir).length, 1)
  await third.close()
})

t.test('an unrecorded ack causes a repeat, never a gap', async t => {
  const dir = t.testdir()
  const first = await open(dir)
  const readings = range(1, 10).map(i => add(first, i))
  first.acked(readings.slice(0, 5))
  // A crash: nothing is closed.
  const second = await open(dir)
  t.same(numbers(drain(second)), range(1, 10))
  await second.close()
})

t.test('segments are removed as soon as all of their readings are acked', async t => {
  const dir = t.testdir()
  const buffer = await open(dir, { capBytes: 1024 * 1024 })
  const readings = range(1, 300).map(i => add(buffer, i, 'backlog', 1000))
  t.ok(readdirSync(dir).length >= 5)
  t.same(numbers(drain(buffer)), range(1, 300))
  buffer.acked(readings)
  t.equal(readdirSync(dir).length, 1)
  await buffer.close()
})

t.test('beyond the cap the oldest segment is dropped, and the loss is reported once', async t => {
  const dir = t.testdir()
  const buffer = await open(dir, { capBytes: 1024 * 1024 })
  for (let i = 1; i <= 2000; i++) add(buffer, i, 'backlog', 1000)
  t.ok(buffer.stats().bytes <= 1024 * 1024)
  const report = buffer.reportLoss(lost => ({ payload: JSON.stringify({ lost }), time: 9999, mono: 1 }))
  const { lost } = JSON.parse(report!.payload) as {
    lost: { readings: number; firstN: number; lastN: number; from: number; to: number }
  }
  t.match(lost, { firstN: 1, lastN: lost.readings, from: 1001, to: 1000 + lost.readings, damaged: 0 })
  t.equal(buffer.reportLoss(() => { throw new Error('reported already') }), null)
  t.same(numbers(drain(buffer)), range(lost.readings + 1, 2001), 'what was kept and the report are all of the rest')
  await buffer.close()
  const again = await open(dir, { capBytes: 1024 * 1024 })
  t.equal(again.stats().lost, null, 'nor is it reported again after a restart')
  await again.close()
})

t.test('a loss survives a crash, and a lost report is repeated', async t => {
  const dir = t.testdir()
  const first = await open(dir, { capBytes: 1024 * 1024 })
  for (let i = 1; i <= 1200; i++) add(first, i, 'backlog', 1000)
  const before = first.stats().lost!.readings
  const second = await open(dir, { capBytes: 1024 * 1024 })
  t.ok(second.stats().lost!.readings >= before)
  second.reportLoss(lost => ({ payload: JSON.stringify({ lost }), time: 1, mono: 1 }))
  for (let i = 1; i <= 2000; i++) add(second, i, 'backlog', 1000)
  const { lost, unacked, lastN } = second.stats()
  t.equal(lost!.readings + unacked, lastN - 1, 'every number is either kept or reported as lost, except the report')
  t.equal(lost!.firstN, 1)
  await second.close()
})

t.test('a device whose platform acks in time never syncs', async t => {
  const dir = t.testdir()
  let syncs = 0
  const { diskFiles } = await import('./files.js')
  const buffer = await open(dir, {
    fsyncMs: 30,
    files: {
      ...diskFiles,
      sync: async fd => {
        syncs++
        await diskFiles.sync(fd)
      }
    }
  })
  buffer.acked([add(buffer, 1, 'live')])
  const waits = add(buffer, 2, 'live')
  const { waitFor } = await import('@motience/testing')
  await waitFor(() => syncs === 1)
  buffer.acked([waits])
  await buffer.close()
})

t.test('the clock anchor of a boot is stored for its readings', async t => {
  const dir = t.testdir()
  const first = await open(dir)
  add(first, 1)
  first.setAnchor(1_700_000_000_000)
  const second = await open(dir, { boot: 'boot-2' })
  t.equal(second.anchorOf('boot-1'), 1_700_000_000_000)
  t.equal(second.anchorOf('boot-2'), null)
  const readings = drain(second)
  second.setAnchor(1_700_000_500_000)
  second.acked(readings)
  second.setAnchor(1_700_000_500_001)
  t.equal(second.anchorOf('boot-1'), null, 'and forgotten with them')
  await second.close()
})

t.test('a cap below 1 MiB and a reading over 2 MiB are refused', async t => {
  await t.rejects(open(null, { capBytes: 1000 }), RangeError)
  const buffer = await open(null)
  t.throws(() => add(buffer, 1, 'live', 3e6), RangeError)
  t.equal(add(buffer, 2).n, 1)
  await buffer.close()
})
