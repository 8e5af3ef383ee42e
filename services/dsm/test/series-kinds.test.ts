import { databaseKinds } from '@motience/testing'
import type { BooleanSeries, StringSeries } from '@motience/schemas'
import t from 'tap'
import { at, testSeries } from './test-series.js'

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { fill, series } = await testSeries(t, databaseKind)

    t.test('booleans report the share of `true` and when the last value began', async t => {
      await fill([
        '{"on":true}',
        '{"on":true}',
        '{"on":false}',
        '{"on":null}',
        '{"on":true}',
        '{"on":true}',
        '{"on":true}'
      ])
      t.same(await series<BooleanSeries>({ field: '/on', bucket: '3s' }), {
        field: '/on',
        bucket: '3s',
        kind: 'boolean',
        kinds: { number: 0, boolean: 6, string: 0 },
        points: [
          { t: at(0), count: 3, share_true: 2 / 3, last: false, changes: 1, changed_at: at(2_000) },
          { t: at(3_000), count: 2, share_true: 1, last: true, changes: 1, changed_at: at(4_000) },
          { t: at(6_000), count: 1, share_true: 1, last: true, changes: 0, changed_at: at(4_000) }
        ]
      })
    })

    t.test('changes are counted per device', async t => {
      await fill([
        ['a', '{"on":true}'],
        ['b', '{"on":false}'],
        ['a', '{"on":true}'],
        ['b', '{"on":false}'],
        ['b', '{"on":true}'],
        ['a', '{"on":true}']
      ])
      t.match(await series({ field: '/on', bucket: '1h' }), {
        points: [{ count: 6, share_true: 4 / 6, changes: 1, last: true, changed_at: null }]
      })
      t.match(await series({ field: '/on', bucket: '1h', device_id: 'b' }), {
        points: [{ count: 3, changes: 1, last: true, changed_at: at(4_000) }]
      })
    })

    t.test('strings are counted by value, the 20 most frequent separately and the others together', async t => {
      const values = Array.from({ length: 1_200 }, (_, n) => `v${n}`)
      await fill([...values, 'v7', 'v7', 'v3', 'v1150'].map(value => `{"s":"${value}"}`), 1)
      const { points: [point], kind } = await series<StringSeries>({ field: '/s', bucket: '1h' })
      t.equal(kind, 'string')
      t.match(point, { count: 1_204, last: 'v1150', changes: 1_202, changed_at: at(1_203) })
      t.same(point!.values.slice(0, 4), [
        { value: 'v7', count: 3 },
        { value: 'v3', count: 2 },
        { value: 'v0', count: 1 },
        { value: 'v1', count: 1 }
      ])
      t.equal(point!.values.length, 20)
      t.equal(point!.other, 1_204 - 3 - 2 - 18)
    })

    t.test('long strings with the same beginning count as one value', async t => {
      const start = 'ä😀\\n'.repeat(42) + 'ab'
      const decoded = JSON.parse(`"${start}"`) as string
      await fill([
        `{"s":"${start}"}`,
        `{"s":"${start}c"}`,
        `{"s":"${start}${'d\\u0000'.repeat(400)}"}`,
        `{"s":"${'\\ud800'.repeat(4_000)}"}`
      ])
      t.same((await series<StringSeries>({ field: '/s', bucket: '1h' })).points[0]!.values, [
        { value: decoded, count: 3 },
        { value: '\ud800'.repeat(128), count: 1 }
      ])
    })

    t.test(
      'a field of several kinds reports numbers, else the last kind, or the requested one',
      async t => {
        await fill(['{"v":"a"}', '{"v":true}', '{"v":1}', '{"v":"b"}', '{"v":{}}', '{"w":"a"}', '{"w":true}'])
        const kinds = { number: 1, boolean: 1, string: 2 }
        t.match(await series({ field: '/v', bucket: '1h' }), { kind: 'number', kinds, points: [{ count: 1, last: 1 }] })
        t.match(await series({ field: '/v', bucket: '1h', kind: 'string' }), {
          kind: 'string',
          kinds: { number: 0, boolean: 0, string: 2 },
          points: [{ count: 2, last: 'b' }]
        })
        t.match(await series({ field: '/v', bucket: '1h', kind: 'boolean' }), {
          kind: 'boolean',
          points: [{ count: 1, last: true }]
        })
        t.match(await series({ field: '/w', bucket: '1h' }), { kind: 'boolean', points: [{ count: 1, last: true }] })
        t.same(await series({ field: '/none' }), {
          field: '/none',
          bucket: '60s',
          kind: 'number',
          kinds: { number: 0, boolean: 0, string: 0 },
          points: []
        })
        t.same(await series({ field: '/none', kind: 'string' }), {
          field: '/none',
          bucket: '60s',
          kind: 'string',
          kinds: { number: 0, boolean: 0, string: 0 },
          points: []
        })
      }
    )
  })
}
