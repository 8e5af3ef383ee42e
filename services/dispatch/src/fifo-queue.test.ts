import t from 'tap'
import { FifoQueue } from './fifo-queue.js'

t.test('items leave in the order in which they were pushed', async t => {
  const fifo = new FifoQueue<number>()
  t.equal(fifo.shift(), undefined)
  const taken: (number | undefined)[] = []
  let next = 0
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 100; i++) fifo.push(next++)
    t.equal(fifo.at(0), taken.length)
    for (let i = 0; i < 80 + round % 20; i++) taken.push(fifo.shift())
  }
  t.equal(fifo.size, next - taken.length)
  t.strictSame([...fifo], Array.from({ length: fifo.size }, (_, i) => taken.length + i))
  while (fifo.size > 0) taken.push(fifo.shift())
  t.strictSame(taken, Array.from({ length: next }, (_, i) => i))
})
