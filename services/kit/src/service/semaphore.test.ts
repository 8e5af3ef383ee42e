import t from 'tap'
import { createConcurrencyLimiter } from './concurrency-limiter.js'

const gate = () => {
  let open = () => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  return { open, opened }
}

t.test('runs as many as it may at once, the rest in order, and refuses what is beyond its queue', async t => {
  const limiter = createConcurrencyLimiter(2, 2)
  const gates = [gate(), gate(), gate(), gate()]
  const order: number[] = []
  const tasks = gates.map(async ({ opened }, index) => await limiter.run(async () => {
    order.push(index)
    await opened
    return index
  }))
  t.same([limiter.running, limiter.waiting], [2, 2])
  await t.rejects(limiter.run(async () => 4), { code: 'MOT_UNAVAILABLE', retryAfterSecs: 1 })
  t.same(order, [0, 1])

  gates[1]?.open()
  t.equal(await tasks[1], 1)
  t.same(order, [0, 1, 2])
  for (const { open } of gates) open()
  t.same(await Promise.all(tasks), [0, 1, 2, 3])
  t.same([limiter.running, limiter.waiting], [0, 0])
})

t.test('a task that fails makes room as well', async t => {
  const limiter = createConcurrencyLimiter(1, 1)
  const failing = limiter.run(async () => { throw new Error('broken') })
  const next = limiter.run(async () => 'done')
  await t.rejects(failing, { message: 'broken' })
  t.equal(await next, 'done')
})
