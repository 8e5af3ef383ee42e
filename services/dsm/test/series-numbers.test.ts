import { databaseKinds } from '@motience/testing'
import t from 'tap'
import { testDsm } from './test-dsm.js'

const zeros = (count: number): string => '0'.repeat(count)

/** Numbers as they may be sent and are kept; PostgreSQL's own casts refuse several of them. */
const numbers = [
  '3.710',
  '-0',
  '1E5',
  '867322048123456789',
  '1.7976931348623157e308',
  '-1.7e308',
  '5e-324',
  '2.5e-320',
  '1e-307',
  '1e-400',
  '-1e-20000',
  '1e-99999999999',
  '0e99999999999',
  '0.0e+1000',
  `0.${zeros(20_000)}1`,
  `1.${'3'.repeat(20_000)}`,
  `${'1'.repeat(300)}.5`,
  `0.${zeros(250)}1e-99`,
  `0.${zeros(500)}1e500`,
  `1${zeros(400)}e-400`,
  '1e+000000000000000000000000000000000000002',
  `1e-${zeros(300)}2`
]

for (const databaseKind of await databaseKinds()) {
  t.test(`a series reads a number as JSON.parse does, on ${databaseKind}`, async t => {
    const { app, get } = await testDsm(t, { databaseKind })
    for (const [n, number] of numbers.entries()) {
      const payload = `{"producer_id":${n + 1},"timestamp":0,"payload":{"v":${number}}}`
      const sent = await app.inject({
        method: 'POST',
        url: '/api/data',
        headers: { authorization: 'Bearer service', 'content-type': 'application/json' },
        payload
      })
      t.equal(sent.statusCode, 200)
      const { points } = (await get(`${n + 1}/series?field=payload.v`)).json<{ points: { last: number }[] }>()
      t.equal(points?.[0]?.last, Number(number) + 0, number.slice(0, 30))
    }
  })
}
