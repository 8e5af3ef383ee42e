import t from 'tap'
import { instantMs, readInstant } from './index.js'

t.test('a time is converted to UTC with the fractional digits that were sent, at least three', async t => {
  const cases: [string | number, string, number?][] = [
    ['2026-07-28T10:20:30Z', '2026-07-28T10:20:30.000Z'],
    ['2026-07-28t10:20:30.5z', '2026-07-28T10:20:30.500Z'],
    ['2026-07-28T10:20:30.1230Z', '2026-07-28T10:20:30.1230Z'],
    ['2026-07-28T10:20:30.123456789Z', '2026-07-28T10:20:30.123456789Z', 456_789],
    ['2026-07-28T10:20:30.000000001+02:00', '2026-07-28T08:20:30.000000001Z', 1],
    ['2026-01-01T00:30:00.12-05:30', '2026-01-01T06:00:00.120Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['0050-03-01T00:00:00Z', '0050-03-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z', 999_999],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [1_785_234_030_123, '2026-07-28T10:20:30.123Z']
  ]
  for (const [value, text, ns = 0] of cases) {
    const ms = Date.parse(text.replace(/(\.\d{3})\d*/, '$1'))
    t.same(readInstant(value), { ms, ns, text }, String(value))
  }
})

t.test('a leap second equals the first second of the next day and keeps its text', async t => {
  const next = Date.parse('2017-01-01T00:00:00.000Z')
  t.same(readInstant('2016-12-31T23:59:60Z'), { ms: next, ns: 0, text: '2016-12-31T23:59:60Z' })
  t.same(readInstant('2016-12-31T23:59:60.5Z'), { ms: next + 500, ns: 0, text: '2016-12-31T23:59:60.5Z' })
  t.same(readInstant('2016-12-31t23:59:60.123456789z'), {
    ms: next + 123,
    ns: 456_789,
    text: '2016-12-31T23:59:60.123456789Z'
  })
  t.same(readInstant('2017-01-01T01:59:60+02:00'), { ms: next, ns: 0, text: '2016-12-31T23:59:60Z' })
  for (const text of [
    '2016-12-31T23:58:60Z',
    '2016-12-31T22:59:60Z',
    '2016-12-31T23:59:60+02:00',
    '2016-12-31T23:59:61Z',
    '9999-12-31T23:59:60Z'
  ]) { t.equal(readInstant(text), null, text) }
})

t.test('dates and times that do not exist are rejected', async t => {
  for (const value of [
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01',
    '+2026-01-01T00:00:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '',
    'now',
    ' 2026-01-01T00:00:00Z',
    1.5,
    NaN,
    Infinity,
    253_402_300_800_000,
    -62_167_219_200_001
  ]) { t.equal(readInstant(value), null, String(value)) }
  t.ok(Number.isNaN(instantMs('2026-02-30T00:00:00Z')))
})

t.test('every day of 800 years matches the calendar', async t => {
  for (let ms = Date.UTC(1600, 0, 1); ms < Date.UTC(2400, 0, 1); ms += 86_400_000) {
    const text = new Date(ms).toISOString()
    if (readInstant(text)?.ms !== ms) t.fail(text)
  }
})
