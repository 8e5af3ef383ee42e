import t from 'tap'
import { expiredPartitions } from './retention.js'

const DAY = 86_400_000
const partition = (day: number, bytes = 10) => ({ name: `d${day}`, dayMs: day * DAY, bytes })

t.test('a day is dropped when its youngest message is past the age', async t => {
  const partitions = [1, 2, 3, 4].map(day => partition(day))
  const names = (nowMs: number) =>
    expiredPartitions(partitions, { ageDays: 2, bytes: null }, nowMs).map(({ name }) => name)
  t.same(names(4 * DAY - 1), [])
  t.same(names(4 * DAY), ['d1'])
  t.same(names(5.5 * DAY), ['d1', 'd2'])
})

t.test('the oldest are dropped while all together are too large; today and the days ahead never', async t => {
  const partitions = [1, 2, 3, 4, 5].map(day => partition(day))
  const names = (bytes: number) =>
    expiredPartitions(partitions, { ageDays: null, bytes }, 4.5 * DAY).map(({ name }) => name)
  t.same(names(50), [])
  t.same(names(49), ['d1'])
  t.same(names(25), ['d1', 'd2', 'd3'])
  t.same(names(0), ['d1', 'd2', 'd3'])
})
