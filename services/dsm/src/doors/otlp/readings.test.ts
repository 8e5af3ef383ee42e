import { ProblemError } from '@motience/kit'
import { MAX_DOOR_POINTS } from '@motience/schemas'
import t from 'tap'
import { parseExactJson } from '../exact-json.js'
import { MAX_ATTRIBUTES } from './attributes.js'
import { decodeRequest, encodeResponse, encodeStatus } from './messages.js'
import { readRequest, type ReadOptions } from './readings.js'

const options: ReadOptions = {
  deviceTags: { explicit: ['device.id'], implicit: ['host.name', 'service.instance.id'] },
  identity: { deviceOnly: false, deviceId: null }
}

const read = (text: string, more: Partial<ReadOptions> = {}) =>
  readRequest(parseExactJson(Buffer.from(text)), { ...options, ...more })
    .map(reading => reading instanceof ProblemError ? reading.message : reading)

const metrics = (...texts: string[]) =>
  `{"resourceMetrics":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"pi"}}]},
    "scopeMetrics":[{"scope":{"name":"lib","version":"1"},"metrics":[${texts.join(',')}]}]}]}`

const members = (kind: string, more = '') =>
  `{"metric":"m","kind":"${kind}"${more},"attributes":{},"resource":{"host.name":"pi"},` +
  '"scope":{"name":"lib","version":"1"},"fields":{"m":'

const payload = (metric: string): string => {
  const [reading] = read(metrics(metric))
  return typeof reading === 'object' ? reading.payload : String(reading)
}

t.test('gauges and sums', t => {
  const gauge = '{"name":"m","unit":"Cel","gauge":{"dataPoints":[{"timeUnixNano":"1","asDouble":1.50}]}}'
  t.strictSame(read(metrics(gauge)), [{
    device: 'pi',
    timestamp: '1970-01-01T00:00:00.000000001Z',
    isRepeatable: true,
    payload: `${members('gauge', ',"unit":"Cel"')}1.50}}`
  }])
  t.equal(
    payload(`{"name":"m","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
      {"startTimeUnixNano":"1000000000","asInt":"12345678901234567890"}]}}`),
    `${members('sum', ',"temporality":"cumulative","monotonic":true,"start_time":"1970-01-01T00:00:01.000000000Z"')}` +
    '12345678901234567890}}'
  )
  t.equal(
    payload('{"name":"m","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[{"asInt":3}]}}'),
    `${members('sum', ',"temporality":"delta","monotonic":false')}3}}`
  )
  t.equal(payload('{"name":"m","gauge":{"dataPoints":[{"flags":1}]}}'), `${members('gauge')}null}}`)
  t.end()
})

t.test('histograms and summaries', t => {
  t.equal(
    payload(`{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[
      {"count":"3","sum":1.50,"min":0,"max":1,"bucketCounts":["1","2"],"explicitBounds":[0.5]}]}}`),
    `${members('histogram', ',"temporality":"delta"')}` +
    '{"count":3,"sum":1.50,"min":0,"max":1,"bounds":[0.5],"counts":[1,2]}}}'
  )
  t.equal(
    payload(`{"name":"m","exponentialHistogram":{"dataPoints":[
      {"count":"3","scale":-1,"zeroCount":"1","positive":{"offset":2,"bucketCounts":["2"]}}]}}`),
    `${members('exponential_histogram')}` +
    '{"count":3,"scale":-1,"zero_count":1,"positive":{"offset":2,"counts":[2]}}}}'
  )
  t.equal(
    payload(`{"name":"m","summary":{"dataPoints":[{"count":"2","sum":3,
      "quantileValues":[{"quantile":0.5,"value":"NaN"},{"quantile":1,"value":2.0}]}]}}`),
    `${members('summary')}{"count":2,"sum":3,"quantiles":[{"quantile":0.5,"value":null},{"quantile":1,"value":2.0}]}}}`
  )
  t.end()
})

t.test('attributes of every type', t => {
  const attributes = (text: string) =>
    /"attributes":(.*?),"resource"/.exec(
      payload(`{"name":"m","gauge":{"dataPoints":[{"asInt":1,"attributes":${text}}]}}`)
    )?.[1]
  t.equal(attributes(`[{"key":"s","value":{"stringValue":"x"}},{"key":"b","value":{"boolValue":true}},
    {"key":"i","value":{"intValue":"9223372036854775807"}},{"key":"d","value":{"doubleValue":-0}},
    {"key":"n","value":{"doubleValue":"NaN"}},{"key":"e"},{"key":"y","value":{"bytesValue":"aGk="}},
    {"key":"a","value":{"arrayValue":{"values":[{"intValue":1},{}]}}},
    {"key":"k","value":{"kvlistValue":{"values":[{"key":"z","value":{"boolValue":false}}]}}}]`),
  '{"s":"x","b":true,"i":9223372036854775807,"d":-0,"n":"NaN","e":null,"y":"aGk=","a":[1,null],"k":{"z":false}}')
  t.end()
})

t.test('the name of the device', t => {
  const device = (point: string, identity = options.identity) =>
    read(metrics(`{"name":"m","gauge":{"dataPoints":[{"asInt":1,"attributes":[${point}]}]}}`), { identity })
  t.match(device(''), [{ device: 'pi' }])
  const named = '{"key":"device.id","value":{"stringValue":"sensor"}}'
  t.match(device(named), [{ device: 'sensor' }])
  t.match(device('', { deviceOnly: true, deviceId: 'key' }), [{ device: 'key' }])
  t.match(device(named, { deviceOnly: true, deviceId: 'key' }), [/another device/])
  t.end()
})

t.test('an invalid data point is refused by itself, an invalid request as a whole', t => {
  const many = Array.from({ length: MAX_ATTRIBUTES + 1 }, () => '{"key":"a"}').join(',')
  const deep = '{"arrayValue":{"values":['.repeat(10) + '{}' + ']}}'.repeat(10)
  t.match(read(metrics(`{"name":"m","gauge":{"dataPoints":[
    {},{"asDouble":"NaN"},{"asInt":"x"},{"asInt":1,"attributes":[${many}]},
    {"asInt":1,"attributes":[{"key":"a","value":${deep}}]},{"asInt":2,"timeUnixNano":"-1"},{"asInt":3}]}}`)), [
    'The data point has no value', /NaN/, 'asInt is not a number', /attributes/, /deep/, /time/, { device: 'pi' }
  ])
  for (const request of ['[]', '1', '{"resourceMetrics":1}', '{"resourceMetrics":[1]}', metrics('{"gauge":[]}')]) {
    t.throws(() => read(request), { code: 'MOT_BAD_INPUT' }, request)
  }
  t.same(read('{}'), [])
  t.same(read(metrics('{"name":"of a later version","newKind":{}}')), [])
  const points = Array.from({ length: MAX_DOOR_POINTS + 1 }, () => '{"asInt":1}').join(',')
  t.throws(() => read(metrics(`{"name":"m","gauge":{"dataPoints":[${points}]}}`)), { code: 'MOT_BODY_TOO_LARGE' })
  t.end()
})

t.test('protobuf', t => {
  for (const bytes of [[0xff], [0x0a, 0xff], Array<number>(5_000).fill(0x0a)]) {
    t.throws(() => decodeRequest(Uint8Array.from(bytes)), Error)
  }
  t.same(decodeRequest(new Uint8Array()), {})
  t.equal(encodeResponse({}).length, 0)
  t.equal(Buffer.from(encodeStatus({ code: 3, message: 'no' })).toString('hex'), '080312026e6f')
  t.end()
})
