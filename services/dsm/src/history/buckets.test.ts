import { databaseKinds, testDatabase } from '@motience/testing'
import t from 'tap'
import { openBuckets } from './buckets.js'

const show = (ms: number): string => new Date(ms).toISOString()
const bucketOf = (bucket: string, tz: string | undefined, at: string): string[] => {
  const { start, end } = openBuckets(bucket, tz)(Date.parse(at))
  return [show(start), show(end)]
}

t.test('days, weeks and months are the calendar\'s, over changes of the clocks', async t => {
  const cases: [string, string | undefined, string, string, string][] = [
    ['1d', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['1d', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['1d', 'Europe/Berlin', '2026-10-24T21:59:59.999Z', '2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z'],
    ['1w', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['1mo', 'Europe/Berlin', '2026-03-31T22:00:00Z', '2026-03-31T22:00:00.000Z', '2026-04-30T22:00:00.000Z'],
    ['3mo', 'America/New_York', '2026-02-01T00:00:00Z', '2026-01-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
    ['12mo', 'Asia/Kolkata', '1969-12-31T18:29:59Z', '1968-12-31T18:30:00.000Z', '1969-12-31T18:30:00.000Z'],
    ['1d', undefined, '2026-03-29T12:00:00Z', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
    ['2d', undefined, '1970-01-02T12:00:00Z', '1970-01-01T00:00:00.000Z', '1970-01-03T00:00:00.000Z'],
    ['1w', undefined, '1970-01-01T00:00:00Z', '1969-12-29T00:00:00.000Z', '1970-01-05T00:00:00.000Z'],
    ['1h', undefined, '1969-12-31T23:30:00Z', '1969-12-31T23:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    // No midnight: the clocks of Beirut and Cairo are put forward at it.
    ['1d', 'Asia/Beirut', '2024-03-31T12:00:00Z', '2024-03-30T22:00:00.000Z', '2024-03-31T21:00:00.000Z'],
    ['1d', 'Africa/Cairo', '2024-04-26T12:00:00Z', '2024-04-25T22:00:00.000Z', '2024-04-26T21:00:00.000Z'],
    // Two midnights: Havana's clocks are put back from one o'clock to it.
    ['1d', 'America/Havana', '2024-11-03T04:30:00Z', '2024-11-03T04:00:00.000Z', '2024-11-04T05:00:00.000Z'],
    ['1d', 'America/Havana', '2024-11-03T05:30:00Z', '2024-11-03T04:00:00.000Z', '2024-11-04T05:00:00.000Z'],
    // Put back over midnight: what was one minute of the next day belongs to the day that came again.
    ['1d', 'America/St_Johns', '2010-11-07T02:30:30Z', '2010-11-06T02:30:00.000Z', '2010-11-07T03:30:00.000Z'],
    ['1d', 'America/St_Johns', '2010-11-07T03:00:00Z', '2010-11-06T02:30:00.000Z', '2010-11-07T03:30:00.000Z'],
    // A day that Samoa left out.
    ['1d', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
    ['1d', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z']
  ]
  for (const [bucket, tz, at, start, end] of cases) {
    t.same(bucketOf(bucket, tz, at), [start, end], `${bucket} ${tz ?? ''} ${at}`)
  }
})

t.test('what a date can\'t hold is in the first or last bucket', async t => {
  for (const bucket of ['1d', '1w', '1mo', '999999mo', '999999w', '999999d', '1h']) {
    for (const at of [-8.64e15, 8.64e15, -9e15, 9e15, 0]) {
      const { start, end } = openBuckets(bucket, undefined)(at)
      t.ok(start <= at && at < end, `${bucket} at ${at}: ${start} ${end}`)
    }
  }
})

t.test('a zone that is none, or where none is needed, is refused', async t => {
  for (const [bucket, tz] of [['1d', 'Europe/Nowhere'], ['1h', 'Europe/Berlin'], ['60s', 'UTC']] as const) {
    t.throws(() => openBuckets(bucket, tz), { code: 'MOT_BAD_INPUT', errors: [{ path: '/tz' }] })
  }
})

for (const kind of await databaseKinds()) {
  t.test(`buckets are those of date_trunc on ${kind}`, async t => {
    const { sql } = await testDatabase(t, { kind })
    let seed = 5
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const from = Date.parse('1990-01-01T00:00:00Z')
    const times = Array.from({ length: 400 }, () => from + Math.floor(random() * 36 * 365 * 86_400_000))
    for (const tz of [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Auckland',
      'America/Los_Angeles'
    ]) {
      for (const [bucket, unit] of [
        ['1d', 'day'],
        ['1w', 'week'],
        ['1mo', 'month']
      ] as const) {
        const expected = await sql<{ start: number }[]>`
          SELECT (extract(epoch FROM date_trunc(${unit}, to_timestamp(ms / 1000.0), ${tz})) * 1000)::float8 AS start
          FROM unnest(${`{${times.join()}}`}::text::bigint[]) WITH ORDINALITY AS time (ms, n) ORDER BY n`
        const find = openBuckets(bucket, tz)
        t.same(times.map(time => show(find(time).start)), expected.map(({ start }) => show(start)), `${bucket} ${tz}`)
      }
    }
  })
}
