import t from 'tap'
import { createSharedImmediate } from './shared-immediate.js'

t.test('callers of one event loop iteration resume together, later callers after them', async t => {
  const nextIteration = createSharedImmediate()
  const order: string[] = []
  const wait = async (name: string): Promise<void> => {
    await nextIteration()
    order.push(name)
  }
  const first = [wait('a'), wait('b')]
  t.equal(nextIteration(), nextIteration())
  t.same(order, [])
  await Promise.all(first)
  const before = nextIteration()
  await before
  t.not(nextIteration(), before)
  t.same(order, ['a', 'b'])
})
