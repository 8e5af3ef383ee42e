import t from 'tap'
import { bucketFor } from './buckets.js'
import { formatBytes, formatMs, formatSpan, formatTime, formatValue, retryText } from './format.js'
import { labelOf, unitOf } from './units.js'

t.test('formats values with decimals according to their range', async t => {
  t.equal(formatValue(21.4567, 4), '21.46')
  t.equal(formatValue(1480.2, 200), '1,480')
  t.equal(formatValue(0.12345, 0.02), '0.1235')
  t.equal(formatValue(612, 160), '612')
  t.equal(formatValue(3, 0), '3')
  t.equal(formatValue(3.14159, 0), '3.14')
  t.equal(formatValue(1.5e12), '1.50e+12')
  t.equal(formatValue(Number.NaN), '–')
})

t.test('formats sizes, durations and times', async t => {
  t.same([12, 2048, 3 * 1048576].map(formatBytes), ['12 B', '2.0 kB', '3.0 MB'])
  t.same([-5, 42_000, 60_000, 185_000, 7_800_000, 200_000_000].map(formatSpan), [
    '0 s',
    '42 s',
    '1 min',
    '3 min 5 s',
    '2 h 10 min',
    '2 d 7 h'
  ])
  t.same([null, 3.21, 48.6].map(formatMs), ['–', '3.2 ms', '49 ms'])
  t.match(formatTime(Date.now()), /^\d\d:\d\d:\d\d\.\d{3}$/)
  t.equal(retryText("Can't reach the server", 1000), "Can't reach the server. Retrying in 1 s")
  t.equal(retryText('The server is restarting.', -5), 'The server is restarting. Retrying in 0 s')
})

t.test('derives units and labels from field names', async t => {
  t.same(['temperature_c', 'bus_v', 'cpu.load-pct', 'count', 'a_c.b'].map(unitOf), ['°C', 'V', '%', '', ''])
  t.same(['temperature_c', 'cpu.max_load_pct', 'part_count'].map(labelOf), [
    'temperature',
    'cpu › max load',
    'part count'
  ])
})

t.test('chooses round buckets, and not too many', async t => {
  t.same([60_000, 3_600_000, 86_400_000, 604_800_000, 1e12].map(bucketFor), [1, 10, 300, 1800, 86_400])
})
