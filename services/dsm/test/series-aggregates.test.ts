import { databaseKinds } from '@motience/testing'
import type { NumberSeries } from '@motience/schemas'
import t from 'tap'
import { at, testSeries } from './test-series.js'

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { fill, ask, series } = await testSeries(t, databaseKind)

    t.test('numbers of any size and form are read as doubles, without those that overflow', async t => {
      await fill([
        '{"v":1.7e308}',
        '{"v":1.7e308}',
        '{ "v" : 1 , "v" :\n 1.7e308}',
        '{"v":1e400}',
        '{"v":-1e99999999999}',
        '{"v":null}',
        `{"v":1${'0'.repeat(2_000)}}`,
        '{"w":1e-400}',
        '{"w":1e-99999}',
        '{"w":-0}',
        '{"n":867322048123456789}',
        '{"n":0.1234567890123456789012345678901234567890}'
      ])
      t.same((await series<NumberSeries>({ field: '/v', bucket: '1h' })).points, [
        { t: at(0), count: 3, min: 1.7e308, max: 1.7e308, avg: 1.7e308, last: 1.7e308 }
      ])
      t.same((await series<NumberSeries>({ field: '/w', bucket: '1h' })).points, [
        { t: at(0), count: 3, min: 0, max: 0, avg: 0, last: 0 }
      ])
      t.match(await series({ field: '/n', bucket: '1h' }), {
        points: [{ count: 2, min: 0.12345678901234568, max: 867322048123456800 }]
      })
    })

    t.test('numbers of thousands of digits are the doubles that JSON.parse reads', async t => {
      const zeros = '0'.repeat(2_000)
      const numbers = [
        `0.${zeros}5e2000`,
        `1${zeros}e-2000`,
        `-1${zeros}.0E-1999`,
        `9007199254740993.${zeros}`,
        `9007199254740993.${zeros}1`,
        `9007199254740993.0${zeros}e0`,
        `${zeros.slice(0, 1)}.${zeros}e+5`,
        `1e-${zeros}`,
        `-${'7'.repeat(1_500)}e-1490`,
        `1.${zeros}e-999999999999999999999999`,
        `1.${zeros}e+0000000000000000000000000005`
      ]
      await fill(numbers.map(number => `{"v":${number}}`))
      t.same(
        (await series<NumberSeries>({ field: '/v', bucket: '1s' })).points.map(point => point.last),
        numbers.map(number => JSON.parse(number) as number)
      )
    })

    t.test('the average of a constant is that constant', async t => {
      await fill(new Array<string>(1_000).fill('{"v":3.71}'))
      t.match(await series({ field: '/v', bucket: '1h' }), {
        points: [{ count: 1_000, min: 3.71, max: 3.71, avg: 3.71 }]
      })
    })

    t.test('rates of counters are summed over devices and allow for resets', async t => {
      const step = (device: string, value: number): [string, string] => [device, `{"c":${value}}`]
      // Each second one of two devices: a rises by 2 in its 2 s and is reset once, b by 10 and then not.
      await fill([
        step('a', 100),
        step('b', 0),
        step('a', 102),
        step('b', 10),
        step('a', 1),
        step('b', 20),
        step('a', 3),
        step('b', 20)
      ])
      t.match(await series({ field: '/c', bucket: '4s', fn: 'rate' }), {
        points: [
          { t: at(0), count: 4, increase: 12, rate: 2 / 2 + 10 / 2 },
          { t: at(4_000), count: 4, increase: 1 + 2 + 10 + 0, rate: 3 / 4 + 10 / 4 }
        ]
      })
      t.match(await series({ field: '/c', bucket: '1s', fn: 'rate', device_id: 'a' }), {
        points: [
          { increase: null, rate: null },
          { increase: 2, rate: 1 },
          { increase: 1, rate: 0.5 },
          { increase: 2, rate: 1 }
        ]
      })
      t.notOk('rate' in (await series<NumberSeries>({ field: '/c' })).points[0]!, 'only if requested')
      t.match((await ask({ field: '/c', fn: 'rate', kind: 'string' })).json(), {
        status: 400,
        errors: [{ path: '/fn' }]
      })
      t.equal((await ask({ field: '/c', fn: 'median' })).statusCode, 400)
    })

    t.test('buckets are days, weeks or months of a time zone', async t => {
      await fill(Array.from({ length: 24 * 60 }, (_, hour) => `{"v":${hour}}`), 3_600_000)
      const days = await series<NumberSeries>({ field: '/v', bucket: '1d', tz: 'Europe/Berlin' })
      t.match(days, { bucket: '1d', tz: 'Europe/Berlin' })
      const hours = Object.fromEntries(days.points.map(point => [point.t, point.count]))
      t.match(hours, {
        '2026-02-28T23:00:00.000Z': 23,
        '2026-03-27T23:00:00.000Z': 24,
        '2026-03-28T23:00:00.000Z': 23,
        '2026-03-29T22:00:00.000Z': 24
      })
      t.same(
        (await series<NumberSeries>({ field: '/v', bucket: '1mo', tz: 'Europe/Berlin' })).points.map(point => [
          point.t,
          point.count
        ]),
        [
          ['2026-02-28T23:00:00.000Z', 31 * 24 - 1 - 1],
          ['2026-03-31T22:00:00.000Z', 24 * 60 - 31 * 24 + 2]
        ]
      )
      t.same((await series<NumberSeries>({ field: '/v', bucket: '1w' })).points[0]!.t, '2026-02-23T00:00:00.000Z')
      for (const query of [
        { tz: 'Europe/Nowhere', bucket: '1d' },
        { tz: 'Europe/Berlin', bucket: '1h' },
        { tz: '+01:00', bucket: '1d' }
      ]) {
        t.match((await ask({ field: '/v', ...query })).json(), { status: 400, errors: [{ path: '/tz' }] })
      }
    })
  })
}
