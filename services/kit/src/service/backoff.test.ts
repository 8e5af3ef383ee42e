import t from 'tap'
import { createBackoff } from './backoff.js'

t.test('delays double up to the maximum, with jitter of up to a half, and start over after a reset', async t => {
  const backoff = createBackoff({ minMs: 50, maxMs: 1_000 })
  for (let round = 0; round < 50; round++) {
    for (const [i, bound] of [50, 100, 200, 400, 800, 1_000, 1_000].entries()) {
      const delay = backoff.next()
      t.ok(delay >= bound / 2 && delay <= bound, `${delay} ms of ${bound} ms`)
      t.equal(backoff.failures, i + 1)
    }
    backoff.reset()
    t.equal(backoff.failures, 0)
  }
})

t.test('the delay stays bounded after any number of failures', async t => {
  const backoff = createBackoff({ minMs: 50, maxMs: 1_000 })
  let delay = 0
  for (let i = 0; i < 5_000; i++) delay = backoff.next()
  t.ok(delay >= 500 && delay <= 1_000)
})
