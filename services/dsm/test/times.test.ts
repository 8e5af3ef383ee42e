import { databaseKinds } from '@motience/testing'
import t from 'tap'
import { resultsOf, testDsm } from './test-dsm.js'

const NEXT_DAY = Date.parse('2017-01-01T00:00:00.000Z')

/** What a device sent, how it is told, and the moment that it is kept as: milliseconds and nanoseconds. */
const times: [string | number, string, number, number][] = [
  ['2026-07-28T10:20:30Z', '2026-07-28T10:20:30.000Z', Date.parse('2026-07-28T10:20:30Z'), 0],
  [
    '2026-07-28T12:20:30.123456789+02:00',
    '2026-07-28T10:20:30.123456789Z',
    Date.parse('2026-07-28T10:20:30.123Z'),
    456_789
  ],
  ['2026-07-28T10:20:30.1234500Z', '2026-07-28T10:20:30.1234500Z', Date.parse('2026-07-28T10:20:30.123Z'), 450_000],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:60Z', NEXT_DAY, 0],
  ['2016-12-31T23:59:60.75Z', '2016-12-31T23:59:60.75Z', NEXT_DAY + 750, 0],
  [1_785_234_030_123, '2026-07-28T10:20:30.123Z', 1_785_234_030_123, 0],
  [-1, '1969-12-31T23:59:59.999Z', -1, 0]
]

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const { post, postBatch, get, database } = await testDsm(t, { databaseKind })

    const stored = async (producerId: number) =>
      (
        await database.sql<
          { at: number; ns: number }[]
        >`SELECT at_ms::float8 AS at, at_ns AS ns FROM dsm.messages WHERE producer_id = ${producerId} ORDER BY "offset"`
      ).map(({ at, ns }) => [at, ns])

    t.test('a device\'s time is kept to the nanosecond, in UTC with the digits that were sent', async t => {
      for (const [timestamp] of times) {
        t.equal((await post({ producer_id: 1, timestamp, payload: {} })).statusCode, 200, String(timestamp))
      }
      t.ok(
        resultsOf(
          await postBatch(
            times.map(([timestamp]) => ({ producer_id: 1, timestamp, clock_offset_ms: 1_000, payload: {} }))
          )
        ).every(result => result.error === undefined)
      )
      const { items } = (await get('1')).json<{ items: { timestamp: string }[] }>()
      const told = times.map(([, text]) => text)
      t.same(items.map(item => item.timestamp), [...told, ...told])
      const moments = [...times.map(([,, ms, ns]) => [ms, ns]), ...times.map(([,, ms, ns]) => [ms + 1_000, ns])]
      t.same(await stored(1), moments)

      await database.sql`DELETE FROM dsm.messages WHERE producer_id = 1`
      await database.sql`UPDATE dsm.epochs SET checked_to = 0 WHERE producer_id = 1`
      t.equal((await get('1')).json<{ items: unknown[] }>().items.length, moments.length)
      t.same(await stored(1), moments, 'also where it is stored from the log')
    })

    t.test('a correction beyond all dates ends at the last of them', async t => {
      await post({ producer_id: 2, timestamp: '2026-01-01T00:00:00.000000001Z', clock_offset_ms: 8.64e15, payload: {} })
      t.same(await stored(2), [[8.64e15, 0]])
    })

    t.test('history is asked with the same times', async t => {
      await post({ producer_id: 3, timestamp: '2016-12-31T23:59:59Z', payload: { n: 1 } })
      await post({ producer_id: 3, timestamp: '2016-12-31T23:59:60Z', payload: { n: 2 } })
      const found = async (query: string) =>
        (await get(`3?${query}`)).json<{ items: { payload: { n: number } }[] }>().items.map(item => item.payload.n)
      t.same(await found('from=2016-12-31T23:59:60Z'), [2])
      t.same(await found('to=2016-12-31T23:59:60Z'), [1])
      t.equal(
        (await get('3/series?field=payload.n&from=2016-12-31T23:59:60Z')).json<{ points: unknown[] }>().points.length,
        1
      )
      t.match((await get('3?from=2026-02-30T00:00:00Z')).json(), { status: 400, errors: [{ path: '/from' }] })
    })

    t.test('an older DSM writes beside this one', async t => {
      await database.sql`
        INSERT INTO dsm.messages (producer_id, epoch, "offset", received_at, at_ms, version, device_id, tail)
        VALUES (4, 1, 1, now(), 5, 0, '', ',"payload":{}}')`
      t.same(await stored(4), [[5, 0]])
    })
  })
}

t.test('what is no time is refused with its path', async t => {
  const { post, postBatch } = await testDsm(t)
  for (const timestamp of [
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T12:00:60Z',
    '1785234030123',
    1.5,
    1e18,
    true,
    null
  ]) {
    const refused = {
      code: 'MOT_BAD_INPUT',
      errors: [{ path: '/timestamp', message: /RFC 3339.*milliseconds since 1970/ }]
    }
    t.match(
      (await post({ producer_id: 1, timestamp, payload: {} })).json(),
      { status: 400, ...refused },
      String(timestamp)
    )
    t.match(
      resultsOf(
        await postBatch([
          { producer_id: 1, timestamp, payload: {} },
          { producer_id: 1, payload: {} }
        ])
      ),
      [{ error: refused }, { duplicate: false }]
    )
  }
})
