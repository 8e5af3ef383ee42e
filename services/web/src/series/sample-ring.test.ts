import t from 'tap'
import { decimate } from './decimate.js'
import { SampleRing } from './sample-ring.js'

const all = (ring: SampleRing): [number, number][] =>
  Array.from({ length: ring.size }, (_, i) => [ring.time(i), ring.value(i)])

t.test('orders samples by time', async t => {
  const ring = new SampleRing(60_000)
  for (const time of [1, 5, 3, 4, 2, 5]) ring.push(time, time * 10)
  t.same(all(ring), [[1, 10], [2, 20], [3, 30], [4, 40], [5, 50], [5, 50]])
  t.equal(ring.lastTime, 5)
  t.equal(ring.lastValue, 50)
  t.equal(ring.indexAt(3), 2)
  t.equal(ring.indexAt(6), 6)
})

t.test('grows while the oldest sample is recent, then overwrites it', async t => {
  const ring = new SampleRing(1000, 1 << 20)
  for (let i = 0; i < 3000; i++) ring.push(i, i)
  t.ok(ring.size >= 1000, 'a second of samples is there')
  t.ok(ring.size <= 2048, `and not much more: ${ring.size}`)
  t.equal(ring.time(0), 3000 - ring.size)
  t.equal(ring.lastTime, 2999)
})

t.test('does not exceed its maximum capacity', async t => {
  const ring = new SampleRing(Number.POSITIVE_INFINITY, 1024)
  for (let i = 0; i < 5000; i++) ring.push(i, -i)
  t.equal(ring.size, 1024)
  t.same([ring.time(0), ring.value(0)], [3976, -3976])
})

t.test('drops samples that arrive much too late', async t => {
  const ring = new SampleRing(60_000)
  for (let i = 0; i < 400; i++) ring.push(i + 10, i)
  ring.push(0, 1)
  t.equal(ring.size, 400)
  t.ok(Number.isNaN(new SampleRing(1).lastTime), 'an empty one has no last')
})

t.test('decimation keeps the minimum and maximum of each pixel, in order', async t => {
  const ring = new SampleRing(60_000)
  for (let i = 0; i < 1000; i++) ring.push(i, i === 503 ? 99 : i === 507 ? -99 : 0)
  const { x, y, min, max } = decimate(ring, 0, 1000, 10, 1e9)
  t.ok(x.length <= 22)
  t.same([min, max], [-99, 99])
  t.same([y[x.indexOf(0.503)], y[x.indexOf(0.507)]], [99, -99])
  t.same(x, x.toSorted((a, b) => a - b))
})

t.test('the line is interrupted by silence and starts before the window', async t => {
  const ring = new SampleRing(60_000)
  for (const time of [100, 200, 5000, 5100]) ring.push(time, 1)
  t.same(decimate(ring, 150, 6000, 1000, 1000).y, [1, 1, null, 1, 1])
  t.same(decimate(new SampleRing(1), 0, 1, 10, 1), { x: [], y: [], min: Number.NaN, max: Number.NaN })
})
