import t from 'tap'
import { parseRetention } from './settings.js'

t.test('a retention is an age, a size or both', async t => {
  t.same(parseRetention(''), { ageDays: null, bytes: null })
  t.same(parseRetention('30d'), { ageDays: 30, bytes: null })
  t.same(parseRetention('50GB'), { ageDays: null, bytes: 50e9 })
  t.same(parseRetention('7d,500MB'), { ageDays: 7, bytes: 500e6 })
  for (const text of ['30', '0d', '5PB', '30d 5GB', 'd']) t.throws(() => parseRetention(text), RangeError, text)
})
