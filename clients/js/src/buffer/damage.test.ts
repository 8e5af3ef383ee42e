import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openBuffer, type ReadingBuffer } from './buffer.js'

const open = (dir: string, onFault: (error: unknown) => void = error => { throw error }): Promise<ReadingBuffer> =>
  openBuffer({ dir, boot: 'boot-1', mono: () => performance.now(), onFault })

/** A folder as a crash leaves it, with two runs in it; the last segment is what a test damages. */
const crashed = async (dir: string): Promise<{ last: string, bytes: Buffer }> => {
  for (let run = 0; run < 2; run++) {
    const buffer = await open(dir)
    for (let i = 1; i <= 5; i++) {
      buffer.append(
        { payload: JSON.stringify({ run, i, text: 'ä\n\t"' }), time: i, mono: i },
        i % 2 === 0 ? 'live' : 'backlog'
      )
    }
  }
  const last = readdirSync(dir).sort().at(-1)!
  return { last, bytes: readFileSync(join(dir, last)) }
}

const recovered = async (dir: string): Promise<{ numbers: number[], next: number, lost: number }> => {
  const buffer = await open(dir)
  const readings = buffer.backlog.next(1000, 1e9)
  const next = buffer.append({ payload: '{}', time: 1, mono: 1 }, 'live').n
  const lost = buffer.stats().lost?.readings ?? 0
  await buffer.close()
  return { numbers: readings.map(({ n }) => n), next, lost }
}

/** Which lines of a segment a byte belongs to; a line's newline to it. */
const lineEnds = (bytes: Buffer): number[] => [...bytes.keys()].filter(i => bytes[i] === 0x0a)

t.test('all whole lines are recovered, wherever the last segment is cut off', async t => {
  const base = t.testdir({ origin: {} })
  const origin = join(base, 'origin')
  const { last, bytes } = await crashed(origin)
  const ends = lineEnds(bytes)
  t.equal(ends.length, 6, 'a line of state and five readings')
  const wrong: unknown[] = []
  for (let length = 0; length < bytes.length; length++) {
    const dir = join(base, String(length))
    cpSync(origin, dir, { recursive: true })
    writeFileSync(join(dir, last), bytes.subarray(0, length))
    const whole = ends.filter(end => end <= length).length
    const expected = [1, 2, 3, 4, 5, ...[6, 7, 8, 9, 10].slice(0, Math.max(0, whole - 1))]
    const { numbers, next } = await recovered(dir)
    if (numbers.join() !== expected.join() || next !== expected.length + 1) wrong.push({ length, numbers, next })
  }
  t.same(wrong, [])
})

t.test('a flipped byte costs its own line only, which is reported', async t => {
  const base = t.testdir({ origin: {} })
  const origin = join(base, 'origin')
  const { last, bytes } = await crashed(origin)
  const ends = lineEnds(bytes)
  const wrong: unknown[] = []
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of [0x01, 0xff, bytes[at]! ^ 0x0a]) {
      if (mask === 0) continue
      const dir = join(base, `${at}-${mask}`)
      cpSync(origin, dir, { recursive: true })
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= mask
      writeFileSync(join(dir, last), damaged)
      const line = ends.findIndex(end => at <= end)
      const { numbers, next, lost } = await recovered(dir)
      const own = 5 + line
      const missing = [6, 7, 8, 9, 10].filter(n => !numbers.includes(n))
      const inBody = line > 0 && !ends.includes(at)
      // A damaged newline costs nothing; the first line holds no reading; the last one's number is not known without
      // it.
      const expected = inBody ? [own] : []
      if (
        missing.join() !== expected.join() ||
        numbers.slice(0, 5).join() !== '1,2,3,4,5' ||
        lost !== (inBody && own < 10 ? 1 : 0) ||
        next !== (inBody && own === 10 ? 10 : 11)
      ) {
        wrong.push({ at, mask, line, missing, next, lost })
      }
    }
  }
  t.same(wrong, [])
})

t.test('damage is reported once, not at each start', async t => {
  const dir = t.testdir()
  const { last, bytes } = await crashed(dir)
  const damaged = Buffer.from(bytes)
  damaged[bytes.indexOf('"i":2')]! ^= 0x01
  writeFileSync(join(dir, last), damaged)
  const first = await open(dir)
  t.match(first.stats().lost, { readings: 1, damaged: 1, firstN: 7, lastN: 7 })
  first.reportLoss(lost => ({ payload: JSON.stringify({ lost }), time: 1, mono: 1 }))
  const second = await open(dir)
  t.equal(second.stats().lost, null)
  await second.close()
})

t.test('an unreadable segment does not affect the others', async t => {
  const dir = t.testdir()
  await crashed(dir)
  const { diskFiles } = await import('./files.js')
  const names = readdirSync(dir).sort()
  const faults: unknown[] = []
  const buffer = await openBuffer({
    dir,
    boot: 'boot-1',
    mono: () => 0,
    onFault: error => faults.push(error),
    files: {
      ...diskFiles,
      readAll: path => {
        if (path.endsWith(names[0]!)) throw new Error('EIO')
        return diskFiles.readAll(path)
      }
    }
  })
  t.equal(faults.length, 1)
  t.same(buffer.backlog.next(100, 1e6).map(({ n }) => n), [6, 7, 8, 9, 10])
  t.ok(readdirSync(dir).includes(names[0]!), 'it stays for another try')
  await buffer.close()
})
