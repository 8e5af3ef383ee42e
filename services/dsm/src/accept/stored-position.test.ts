import t from 'tap'
import { createStoredMark } from './stored-position.js'

const places = (from: number, to: number, epoch = 1) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ epoch, offset: from + n }))

t.test('rises over what is stored without a hole, in whichever order it is learnt', async t => {
  const mark = createStoredMark()
  mark.reach({ epoch: 1, offset: 0 })
  mark.add(places(1, 3))
  t.same(mark.place, { epoch: 1, offset: 3 })
  mark.add(places(8, 9))
  mark.add([...places(5, 5), ...places(12, 12)])
  t.same(mark.place, { epoch: 1, offset: 3 })
  mark.reach({ epoch: 1, offset: 4 })
  t.same(mark.place, { epoch: 1, offset: 5 })
  mark.add(places(6, 7))
  t.same(mark.place, { epoch: 1, offset: 9 })
  mark.add(places(2, 8))
  mark.reach({ epoch: 1, offset: 1 })
  t.same(mark.place, { epoch: 1, offset: 9 }, 'and never falls')
  mark.reach({ epoch: 1, offset: 12 })
  t.same(mark.place, { epoch: 1, offset: 12 })
})

t.test('begins anew with each epoch', async t => {
  const mark = createStoredMark()
  mark.add(places(3, 4, 7))
  t.same(mark.place, { epoch: 7, offset: 0 })
  mark.add([...places(1, 2, 7), ...places(1, 1, 8)])
  t.same(mark.place, { epoch: 8, offset: 1 })
  mark.add(places(5, 6, 7))
  mark.reach({ epoch: 7, offset: 9 })
  t.same(mark.place, { epoch: 8, offset: 1 }, 'what is of an older one says nothing')
})

t.test('what it can not remember it does not claim', async t => {
  const mark = createStoredMark()
  for (let offset = 3; offset < 6_000; offset += 2) mark.add(places(offset, offset))
  mark.add(Array.from({ length: 3_000 }, (_, n) => ({ epoch: 1, offset: 2 * n + 2 })))
  mark.add(places(1, 1))
  t.ok(mark.place.offset >= 1_000 && mark.place.offset < 6_000, `${mark.place.offset}`)
})
