import t from 'tap'
import { clockOffsetMs, createServerClock } from './server-clock.js'
import { monotonicMs, readBootId } from './monotonic.js'

const SERVER = 1_790_000_000_000

t.test('the middle of the shortest round trip is used', async t => {
  const clock = createServerClock()
  t.equal(clock.anchor, null)
  t.equal(clock.errorMs(0), Infinity)
  t.ok(clock.observe(SERVER + 100, 0, 200))
  t.equal(clock.anchor, SERVER)
  t.notOk(clock.observe(SERVER + 1150, 1000, 1500), 'a slower one teaches nothing')
  t.ok(clock.observe(SERVER + 2010, 2000, 2010))
  t.equal(clock.anchor, SERVER + 5)
})

t.test('an old estimate is replaced by a worse but newer one', async t => {
  const clock = createServerClock()
  clock.observe(SERVER, 0, 0)
  t.notOk(clock.observe(SERVER + 60_000, 59_980, 60_020))
  t.ok(clock.observe(SERVER + 600_000, 599_980, 600_020))
})

t.test('a contradicted estimate is replaced at once, as after a suspend', async t => {
  const clock = createServerClock()
  clock.observe(SERVER + 10, 0, 20)
  t.ok(clock.observe(SERVER + 3_600_000, 1000, 1400))
  t.equal(clock.anchor, SERVER + 3_600_000 - 1200)
})

t.test('invalid observations are ignored', async t => {
  const clock = createServerClock()
  t.notOk(clock.observe(Number.NaN, 0, 1))
  t.notOk(clock.observe(SERVER, 2, 1))
  t.equal(clock.anchor, null)
})

t.test('a device that boots in 1970 has correct times, before and after its clock is set', async t => {
  const clock = createServerClock()
  const before = { time: 5000, mono: 5000 }
  clock.observe(SERVER + 60_000, 59_990, 60_010)
  t.equal(before.time + clockOffsetMs(clock.anchor!, before), SERVER + 5000)
  const after = { time: SERVER + 70_000, mono: 70_000 }
  t.equal(clockOffsetMs(clock.anchor!, after), 0)
})

t.test('the monotonic clock never goes back, and a boot has one id', async t => {
  const first = monotonicMs()
  t.ok(monotonicMs() >= first)
  t.equal(readBootId(), readBootId())
  t.not(readBootId('/nowhere/'), readBootId('/nowhere/'), 'without a name each process is its own boot')
})
