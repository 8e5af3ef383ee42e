import { databaseKinds } from '@motience/testing'
import type { NumberSeries } from '@motience/schemas'
import t from 'tap'
import { fillHistory, testDsm } from './test-dsm.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const at = (ms: number): string => new Date(BASE + ms).toISOString()

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { postBatch, get, database } = await testDsm(t, { databaseKind })
    const series = async (query: string): Promise<NumberSeries> => {
      const response = await get(query)
      if (response.statusCode !== 200) throw new Error(response.body)
      return response.json()
    }

    t.test(
      'a number deep in the payload is summed up by corrected time; whatever is no number does not count',
      async t => {
        const send = (ms: number, value: unknown, more: object = {}) => ({
          producer_id: 1,
          timestamp: at(ms),
          payload: { cpu: { 'us"age': value } },
          ...more
        })
        await postBatch([
          send(59_000, 4),
          send(1_000, 1),
          send(30_000, 2.5),
          send(60_000, -7),
          send(61_000, 'n/a'),
          send(62_000, null),
          send(63_000, [1]),
          send(500_000, 100, { clock_offset_ms: -440_000 + 1 }),
          send(130_000, 8, { device_id: 'other' }),
          { producer_id: 1, timestamp: at(70_000), payload: { text: '\u0000 \ud800 C:\\udir', cpu: { 'us"age': 5 } } }
        ])
        const field = encodeURIComponent('payload.cpu.us"age')
        t.same(await series(`1/series?field=${field}`), {
          field: 'payload.cpu.us"age',
          bucket: '60s',
          kind: 'number',
          kinds: { number: 7, boolean: 0, string: 1 },
          points: [
            { t: at(0), count: 3, min: 1, max: 4, avg: 2.5, last: 4 },
            { t: at(60_000), count: 3, min: -7, max: 100, avg: 98 / 3, last: 5 },
            { t: at(120_000), count: 1, min: 8, max: 8, avg: 8, last: 8 }
          ]
        })
        t.same(
          (await series(`1/series?field=${field}&bucket=1h&device_id=other`)).points.map(point => point.count),
          [1]
        )
        t.same(
          (await series(`1/series?field=${field}&bucket=1s&from=${at(1_000)}&to=${at(59_000)}`)).points.map(
            point => point.t
          ),
          [at(1_000), at(30_000)]
        )
        t.same((await series('1/series?field=payload.none')).points, [])
      }
    )

    t.test('buckets that several queries fill are one', async t => {
      await fillHistory(database, 2, 50_000, { baseMs: BASE, stepMs: 10 })
      const { points } = await series('2/series?field=payload.v&bucket=100s')
      t.same(
        points.map(({ count: messages, min, max, avg, last }) => [messages, min, max, avg, last]),
        [0, 1, 2, 3, 4].map(bucket => [
          10_000,
          bucket * 10_000 + 1,
          (bucket + 1) * 10_000,
          bucket * 10_000 + 5_000.5,
          (bucket + 1) * 10_000
        ])
      )
    })

    t.test('more than 10,000 points are refused', async t => {
      await fillHistory(database, 3, 10_001, { baseMs: BASE })
      const response = await get('3/series?field=payload.v&bucket=1s')
      t.match([response.statusCode, response.json()], [400, { errors: [{ path: '/bucket' }] }])
      t.equal((await series('3/series?field=payload.v&bucket=2s')).points.length, 5_001)
    })
  })
}
