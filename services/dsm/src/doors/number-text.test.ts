import t from 'tap'
import { addDecimals, decimalText, doubleText, nanosecondsOf, readDecimal } from './number-text.js'
import { instantText, shortestInstantText } from './instant-text.js'

const sum = (a: string, b: string) => decimalText(addDecimals(readDecimal(a)!, readDecimal(b)!))

t.test('sums are exact', t => {
  t.equal(sum('0.1', '0.2'), '0.3')
  t.equal(sum('12345678901234567890', '0.1000000000000000055'), '12345678901234567890.1000000000000000055')
  t.equal(sum('-1', '0.5'), '-0.5')
  t.equal(sum('1e3', '5e-1'), '1000.5')
  t.equal(sum('2e2', '1e2'), '300')
  t.equal(sum('0.10', '0.20'), '0.30')
  t.equal(sum('1', '-1'), '0')
  t.end()
})

t.test('numbers that take too long to calculate with are not read', t => {
  for (const text of ['1e1000', '1e-1000', '1e99999999999999999999', '9'.repeat(1_001), 'x', '', '.']) {
    t.equal(readDecimal(text), null, text.slice(0, 20))
  }
  t.end()
})

t.test('seconds become nanoseconds, rounded down', t => {
  const ns = (text: string) => nanosecondsOf(readDecimal(text)!)
  t.equal(ns('1.276020076e+09'), 1_276_020_076_000_000_000n)
  t.equal(ns('1769848200.1234567899'), 1_769_848_200_123_456_789n)
  t.equal(ns('-0.0000000001'), -1n)
  t.equal(ns('-5'), -5_000_000_000n)
  t.end()
})

t.test('doubles as the shortest text', t => {
  t.equal(doubleText(-0), '-0')
  t.equal(doubleText(0.1), '0.1')
  t.equal(doubleText(NaN), null)
  t.equal(doubleText(-Infinity), null)
  t.end()
})

t.test('instants with 3, 6 and 9 digits', t => {
  t.equal(instantText(-1n, 9), '1969-12-31T23:59:59.999999999Z')
  t.equal(instantText(-1_000n, 6), '1969-12-31T23:59:59.999999Z')
  t.equal(shortestInstantText(1_500_000_000n), '1970-01-01T00:00:01.500Z')
  t.equal(shortestInstantText(1_500_001_000n), '1970-01-01T00:00:01.500001Z')
  t.equal(instantText(10n ** 30n, 3), null)
  t.equal(instantText(253_402_300_800n * 10n ** 9n, 3), null)
  t.end()
})
