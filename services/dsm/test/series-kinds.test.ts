import { databaseKinds } from '@motience/testing'
import {
  formatField, MAX_FIELD_LENGTH, type BooleanSeries, type NumberSeries, type Series, type StringSeries
} from '@motience/schemas'
import { get as httpGet } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import t from 'tap'
import { testDsm } from './test-dsm.js'
import { fillRaw } from './raw-history.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const at = (ms: number): string => new Date(BASE + ms).toISOString()

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { app, get, database } = await testDsm(t, { databaseKind })
    let producerId = 0
    const fill = async (payloads: readonly (string | [string, string])[], stepMs = 1_000): Promise<void> => {
      const messages = payloads.map((item, n) =>
        typeof item === 'string'
          ? { at: BASE + n * stepMs, payload: item }
          : { at: BASE + n * stepMs, device: item[0], payload: item[1] }
      )
      await fillRaw(database, ++producerId, messages)
    }
    const ask = async (query: Record<string, string>) =>
      await get(`${producerId}/series?${new URLSearchParams(query).toString()}`)
    const series = async <S extends Series = Series>(query: Record<string, string>): Promise<S> => {
      const response = await ask(query)
      if (response.statusCode !== 200) throw new Error(response.body)
      return response.json()
    }

    t.test('any key can be named, by a path or by a JSON Pointer', async t => {
      await fill([
        '{"a.b.c":4,"x":{"y/~":[5,{"":6}]},"0":7,"-1":8,"01":9,"q\\"\\\\":10,"list":[1,2,3],"a":{"b":{"c":11}}}'
      ])
      const cases: [string, number | null][] = [
        ['payload.a.b.c', 11],
        ['payload.a\\.b\\.c', 4],
        ['payload."a.b.c"', 4],
        ['payload["a.b.c"]', 4],
        ['/a.b.c', 4],
        ['/a/b/c', 11],
        ['/x/y~1~0/0', 5],
        ['/x/y~1~0/1/', 6],
        ['/0', 7],
        ['/-1', 8],
        ['/01', 9],
        ['/q"\\', 10],
        [formatField(['q"\\']), 10],
        ['/list/2', 3],
        ['payload.list.0', 1],
        ['/list/3', null],
        ['/list/-1', null],
        ['/list/01', null],
        ['/list/+1', null],
        ['/list/ 1', null],
        ['/list/-', null],
        ['/list/99999999999', null],
        ['/list', null],
        ['/a/b', null],
        ['/none', null]
      ]
      for (const [field, value] of cases) {
        t.same(
          (await series<NumberSeries>({ field, bucket: '1h' })).points.map(point => point.last),
          value === null ? [] : [value],
          field
        )
      }
    })

    t.test('a field that can\'t be is refused with its place', async t => {
      for (const field of [
        '',
        'x',
        'payload',
        'payload..a',
        '/a~2',
        '/a'.repeat(33),
        `/${'k'.repeat(MAX_FIELD_LENGTH)}`
      ]) {
        const response = await ask({ field })
        t.match(
          [response.statusCode, response.json()],
          [400, { code: 'MOT_BAD_INPUT', errors: [{ path: '/field' }] }],
          field.slice(0, 20)
        )
      }
      const key = 'k'.repeat(MAX_FIELD_LENGTH - 1)
      await fill([`{"${key}":1}`])
      t.equal((await series({ field: `/${key}` })).points.length, 1)
    })

    t.test('a key of 60 KB is answered with the bound, over HTTP too', async t => {
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      const body = await new Promise<string>((resolve, reject) => {
        httpGet(
          {
            host: '127.0.0.1',
            port,
            path: `/api/data/1/series?field=/${'k'.repeat(60_000)}`,
            agent: false,
            headers: { authorization: 'Bearer service' }
          },
          response => {
            textOf(response).then(text => {
              resolve(`${response.statusCode} ${text}`)
            }, reject)
          }
        ).on('error', reject)
      })
      t.match(body, /^400 .*"code":"MOT_BAD_INPUT".*2048/)
    })

    t.test('names and values that PostgreSQL has no text for are found and told', async t => {
      await fill([
        '{"a\\u0000b":1,"s":"x\\u0000y"}',
        '{"a\\u0000b":2,"s":"\\ud83d\\ude00"}',
        '{"s":"😀"}',
        '{"s":"\\ud83d"}',
        '{"s":"\\\\u0000"}',
        '{"s":"\uffff0000 \\uffff"}',
        '{"s":"x\\u0000y","ü":3}',
        '{"\\u00fc":4,"\\ud83d\\ude00":5}',
        '{"😀":6}'
      ])
      t.match(await series({ field: '/a\u0000b', bucket: '1h' }), { points: [{ count: 2, last: 2 }] })
      t.match(await series({ field: '/ü', bucket: '1h' }), { points: [{ count: 2, min: 3, max: 4 }] })
      t.match(await series({ field: 'payload.😀', bucket: '1h' }), { points: [{ count: 2, min: 5, max: 6 }] })
      t.same((await series<StringSeries>({ field: '/s', bucket: '1h' })).points[0]!.values, [
        { value: 'x\u0000y', count: 2 },
        { value: '😀', count: 2 },
        { value: '\ud83d', count: 1 },
        { value: '\\u0000', count: 1 },
        { value: '\uffff0000 \uffff', count: 1 }
      ])
    })

    t.test('numbers of any size and form are read as doubles; those that overflow one don\'t count', async t => {
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

    t.test('booleans have their share of true, and since when the last is so', async t => {
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

    t.test('changes are each device\'s own', async t => {
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

    t.test('strings are counted by value, the most frequent by itself and the rest together', async t => {
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

    t.test('long strings are one value where they begin alike', async t => {
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
      'a field that has several kinds tells of numbers, else of the last kind, or of the one that was asked for',
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

    t.test('the rate of counters that are reset is summed up over the devices', async t => {
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
      t.notOk('rate' in (await series<NumberSeries>({ field: '/c' })).points[0]!, 'only where it is asked for')
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
