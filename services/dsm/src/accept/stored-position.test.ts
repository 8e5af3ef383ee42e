import t from 'tap'
import { createStoredPosition } from './stored-position.js'

const range = (from: number, to: number, epoch = 1) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ epoch, offset: from + n }))

t.test('covers what is stored without a gap, in whatever order it is reported', async t => {
  const stored = createStoredPosition()
  stored.reach({ epoch: 1, offset: 0 })
  stored.add(range(1, 3))
  t.same(stored.position, { epoch: 1, offset: 3 })
  stored.add(range(8, 9))
  stored.add([...range(5, 5), ...range(12, 12)])
  t.same(stored.position, { epoch: 1, offset: 3 })
  stored.reach({ epoch: 1, offset: 4 })
  t.same(stored.position, { epoch: 1, offset: 5 })
  stored.add(range(6, 7))
  t.same(stored.position, { epoch: 1, offset: 9 })
  stored.add(range(2, 8))
  stored.reach({ epoch: 1, offset: 1 })
  t.same(stored.position, { epoch: 1, offset: 9 }, 'never moves backwards')
  stored.reach({ epoch: 1, offset: 12 })
  t.same(stored.position, { epoch: 1, offset: 12 })
})

t.test('starts over with each epoch', async t => {
  const stored = createStoredPosition()
  stored.add(range(3, 4, 7))
  t.same(stored.position, { epoch: 7, offset: 0 })
  stored.add([...range(1, 2, 7), ...range(1, 1, 8)])
  t.same(stored.position, { epoch: 8, offset: 1 })
  stored.add(range(5, 6, 7))
  stored.reach({ epoch: 7, offset: 9 })
  t.same(stored.position, { epoch: 8, offset: 1 }, 'an older epoch is ignored')
})

t.test('covers nothing beyond ranges that it could not remember', async t => {
  const stored = createStoredPosition()
  for (let offset = 3; offset < 6_000; offset += 2) stored.add(range(offset, offset))
  stored.add(Array.from({ length: 3_000 }, (_, n) => ({ epoch: 1, offset: 2 * n + 2 })))
  stored.add(range(1, 1))
  t.ok(stored.position.offset >= 1_000 && stored.position.offset < 6_000, `${stored.position.offset}`)
})
