import { waitFor } from '@motience/testing'
import t from 'tap'
import { payloadIn, testDoors } from './test-doors.js'

/** Requests that the output plugins of Telegraf 1.37.2 sent to a server that recorded them: headers and body (hex). */
const requests = {
  // outputs.influxdb_v2 with token, organization, bucket, content_encoding "gzip" and influx_uint_support
  'outputs.influxdb_v2': {
    url: '/api/v2/write?bucket=telegraf&org=home',
    authorization: 'Token producer-1',
    body: '' +
    '1f8b080000096e8800ff6ccdcf4ac43010c7f1fb3e45e8392e69fa27a930275f6340a6ede886cd9a986410df5e58410fdbe3' +
    '0cfcbe9f2d8bdeb2c096e5a9a546515f526d50a8e6954bf9ce4149a5777e0d7b6458fcd9eadf5b2a17e8cfbdeaddbcf8d15b' +
    '637a3b8cd3ecfc72baf1edb173cfc362ed30386b86d94fa37393372ee8b7c20c7ff3ff90119daed08af021f3153e50eda15e' +
    '1f309da95de0e519776a841a1521ac2ad2ca113a52d87d4a6abc6377baff10bb43e06700487313461e010000'
  },
  // outputs.influxdb with username, password, database, content_encoding "gzip" and skip_database_creation
  'outputs.influxdb': {
    url: '/write?db=telegraf',
    authorization: `Basic ${Buffer.from('any:producer-1').toString('base64')}`,
    body: '' +
    '1f8b08000000000000ff4a2e28d5492e28b54d2e28d52dc92f49ccd1c9c82f2eb12d4a2c2e484a2d2aaa2cc854282d4e4c4f' +
    '8dcf4cc949b5b5b4d03352303437b3b430b130323030343236313533b7b0e402040000ffff10d0e26147000000'
  }
}

const headers = {
  'transfer-encoding': 'chunked',
  'accept-encoding': 'gzip',
  'content-encoding': 'gzip',
  'content-type': 'text/plain; charset=utf-8',
  'user-agent': 'Telegraf/1.37.2 Go/1.26.8'
}

const payloads = {
  'outputs.influxdb_v2': [
    '{"measurement":"cpu","tags":{"cpu":"cpu-total","host":"raspberrypi"},' +
    '"fields":{"usage_idle":98.2,"usage_user":1.1}}',
    '{"measurement":"mem","tags":{"host":"raspberrypi"},' +
    '"fields":{"total":9223372036854775807,"free":12345678901234567890,"ok":true}}',
    '{"measurement":"win disk","tags":{"host":"raspberrypi","path":"C:\\\\data, a=b"},' +
    '"fields":{"label":"a \\"quoted\\"\\nlabel\\\\"}}'
  ],
  'outputs.influxdb': [
    '{"measurement":"cpu","tags":{"cpu":"cpu-total","host":"raspberrypi"},"fields":{"usage_idle":98.2}}'
  ]
}

for (const plugin of ['outputs.influxdb_v2', 'outputs.influxdb'] as const) {
  t.test(`what Telegraf sends by ${plugin} arrives as it was measured, and again as a repeat`, async t => {
    const { app, received, get } = await testDoors(t)
    const { url, authorization, body } = requests[plugin]
    for (let n = 0; n < 2; n++) {
      const response = await app.inject({
        method: 'POST', url, headers: { ...headers, authorization }, payload: Buffer.from(body, 'hex')
      })
      t.equal(response.statusCode, 204, response.body)
    }
    const expected = payloads[plugin]
    await waitFor(() => received.length === expected.length)
    t.strictSame(received.map(payloadIn), expected)
    for (const envelope of received) {
      t.match(envelope, '"device_id":"raspberrypi"')
      t.match(envelope, '"timestamp":"2026-01-31T08:30:00.123456789Z"')
    }
    t.equal((await get('1')).json<{ items: unknown[] }>().items.length, expected.length)
  })
}
