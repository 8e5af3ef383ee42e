import t from 'tap'
import { Semaphore } from './semaphore.js'

const latch = () => {
  let open = () => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  return { open, opened }
}

t.test('runs `size` tasks concurrently and the others in order, and rejects those beyond its queue', async t => {
  const semaphore = new Semaphore(2, { maxWaiting: 2 })
  const latches = [latch(), latch(), latch(), latch()]
  const order: number[] = []
  const tasks = latches.map(async ({ opened }, index) => await semaphore.run(async () => {
    order.push(index)
    await opened
    return index
  }))
  t.same([semaphore.running, semaphore.waiting], [2, 2])
  await t.rejects(semaphore.run(async () => 4), { code: 'MOT_UNAVAILABLE', retryAfterSecs: 1 })
  t.same(order, [0, 1])

  latches[1]?.open()
  t.equal(await tasks[1], 1)
  t.same(order, [0, 1, 2])
  for (const { open } of latches) open()
  t.same(await Promise.all(tasks), [0, 1, 2, 3])
  t.same([semaphore.running, semaphore.waiting], [0, 0])
})

t.test('starts the next task after one that failed', async t => {
  const semaphore = new Semaphore(1, { maxWaiting: 1 })
  const failing = semaphore.run(async () => { throw new Error('broken') })
  const next = semaphore.run(async () => 'done')
  await t.rejects(failing, { message: 'broken' })
  t.equal(await next, 'done')
})

t.test('queues any number of tasks by default', async t => {
  const semaphore = new Semaphore(1)
  const tasks = Array.from({ length: 100 }, async (_, index) => await semaphore.run(async () => index))
  t.equal(semaphore.waiting, 99)
  t.same(await Promise.all(tasks), Array.from({ length: 100 }, (_, index) => index))
})
