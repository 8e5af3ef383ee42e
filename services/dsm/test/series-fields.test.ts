import { databaseKinds } from '@motience/testing'
import { formatField, MAX_FIELD_LENGTH, type NumberSeries, type StringSeries } from '@motience/schemas'
import { get as httpGet } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import t from 'tap'
import { testSeries } from './test-series.js'

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { app, fill, ask, series } = await testSeries(t, databaseKind)

    t.test('any key can be named by a path or a JSON Pointer', async t => {
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

    t.test('an invalid field is refused with the path of the parameter', async t => {
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

    t.test('a key of 60 KB is refused over HTTP with the maximum length', async t => {
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

    t.test('keys and values that PostgreSQL text can\'t hold are found and returned', async t => {
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
  })
}
