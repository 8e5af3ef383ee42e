import { gzipSync } from 'node:zlib'
import t from 'tap'
import { storedOf } from '../test-dsm.js'
import { gauges } from './otlp-request.js'
import { testDoors } from './test-doors.js'

t.test('what the messages of a request share does not make them larger than is allowed together', async t => {
  const { send, database } = await testDoors(t)
  const shared = 'x'.repeat(50_000)
  const points = Array.from({ length: 9_000 }, (_, n) => ({ timeUnixNano: String(n + 1), asInt: '1' }))
  const request = JSON.stringify(gauges(points, [{ key: 'shared', value: { stringValue: shared } }]))
  const otlp = await send({ url: '/v1/metrics', contentType: 'application/json' }, gzipSync(request), {
    headers: { 'content-encoding': 'gzip' }
  })
  t.equal(otlp.statusCode, 413)
  t.match(otlp.json(), { code: 8, message: /payloads/ })
  const records = Array.from({ length: 9_000 }, (_, n) => ({ n: 'a', t: 1_769_848_200 + n, v: 1 }))
  const pack = JSON.stringify([{ bu: shared }, ...records])
  t.equal((await send({ url: '/api/senml', contentType: 'application/senml+json' }, pack)).statusCode, 413)
  t.same(await storedOf(database, 1), [])
})
