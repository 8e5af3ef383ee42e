import t from 'tap'
import { createBackoff, MAX_RETRY_AFTER_MS } from './backoff.js'

t.test('the window is 1 s for four seconds, then doubles up to 60 s', async t => {
  let now = 500
  const longest = createBackoff({ random: () => 0.999999, now: () => now })
  const windows = Array.from({ length: 13 }, () => {
    const wait = longest.next()
    now += wait
    return Math.round(wait / 1000)
  })
  t.same(windows, [1, 1, 1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
  const shortest = createBackoff({ random: () => 0 })
  t.same(Array.from({ length: 3 }, () => shortest.next()), [0, 0, 0])
})

t.test('the jitter is added to the delay that the server requests', async t => {
  let random = 0
  const backoff = createBackoff({ random: () => random })
  t.equal(backoff.next(5000), 5000)
  random = 0.5
  t.equal(backoff.next(5000), 5500)
})

t.test('an absurd delay requested by the server is limited', async t => {
  const backoff = createBackoff({ random: () => 0 })
  t.equal(backoff.next(Number.POSITIVE_INFINITY), 0)
  t.equal(backoff.next(Number.NaN), 0)
  t.equal(backoff.next(-5), 0)
  t.equal(backoff.next(1e12), MAX_RETRY_AFTER_MS)
})

t.test('a reset starts over', async t => {
  const backoff = createBackoff({ random: () => 1 })
  backoff.next()
  backoff.next()
  t.equal(backoff.failures, 2)
  backoff.reset()
  t.equal(backoff.failures, 0)
  t.equal(backoff.next(), 1000)
})

t.test('thousands of failures do not overflow', async t => {
  let now = 0
  const backoff = createBackoff({ random: () => 1, now: () => now++ })
  for (let i = 0; i < 9000; i++) backoff.next()
  t.equal(backoff.next(), 60_000)
})
