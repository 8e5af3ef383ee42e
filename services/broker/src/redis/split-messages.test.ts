import t from 'tap'
import { message, range } from '../suite/fixtures.js'
import { splitMessages } from './split-messages.js'

const sizes = (count: number, subscribers: number, bytes = 10) =>
  splitMessages(
    range(1, count).map(n => message(n, { tail: 'x'.repeat(bytes) })),
    subscribers
  ).map(piece => piece.length)

t.test('splits by messages, bytes and publications, and keeps every message', async t => {
  t.same(sizes(0, 3), [])
  t.same(sizes(1000, 5), [1000])
  t.same(sizes(2500, 1), [1000, 1000, 500])
  t.same(sizes(25, 500), [10, 10, 5])
  t.same(sizes(3, 50_000), [1, 1, 1])
  t.same(sizes(10, 0, 1024 * 1024), [3, 3, 3, 1])
  t.same(sizes(2, 0, 9 * 1024 * 1024), [1, 1])
  t.same(splitMessages(range(1, 2500).map(n => message(n)), 0).flat(), range(1, 2500).map(n => message(n)))
})
