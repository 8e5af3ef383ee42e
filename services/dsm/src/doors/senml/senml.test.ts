import { encode, Token, Type } from 'cborg'
import t from 'tap'
import { decodePack } from './decode.js'
import { groupRecords } from './readings.js'
import { resolvePack } from './resolve.js'

const NOW = Date.parse('2026-01-31T08:30:00.000Z')

const nobody: { deviceOnly: boolean, deviceId: string | null } = { deviceOnly: false, deviceId: null }

const readBytes = (type: string, body: Uint8Array, identity = nobody) => {
  const { readings, refused } = groupRecords(resolvePack(decodePack(type, Buffer.from(body)), NOW), identity)
  return {
    messages: readings.map(({ reading }) => reading),
    refused: refused.map(({ record, problem }) => [record, problem.message])
  }
}

const read = (pack: string, identity = nobody) =>
  readBytes('application/senml+json', Buffer.from(pack), identity)

t.test('the examples of RFC 8428, section 5.1', t => {
  t.strictSame(read('[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]'), {
    messages: [{
      device: undefined,
      timestamp: null,
      payload: '{"values":{"urn:dev:ow:10e2073a01080063":23.1},"units":{"urn:dev:ow:10e2073a01080063":"Cel"}}',
      isRepeatable: false
    }],
    refused: []
  })
  t.match(read(`[
    {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
    {"n":"current","t":-5,"v":1.2}, {"n":"current","t":-4,"v":1.3}, {"n":"current","v":1.7}
  ]`), {
    messages: [
      {
        device: 'urn:dev:ow:10e2073a0108006',
        timestamp: '2010-06-08T18:01:16.001Z',
        payload: '{"base_name":"urn:dev:ow:10e2073a0108006:","values":{"voltage":120.1,"current":1.7},' +
          '"units":{"voltage":"V","current":"A"}}',
        isRepeatable: true
      },
      { timestamp: '2010-06-08T18:01:11.001Z', payload: /"current":1.2}/ },
      { timestamp: '2010-06-08T18:01:12.001Z' }
    ],
    refused: []
  })
  t.end()
})

t.test('values of every type, sums and base values, exactly', t => {
  t.strictSame(read(`[{"bn":"d/","bv":0.1,"bs":10},{"n":"a","v":0.2},{"n":"b"},{"n":"e","vs":"x"},{"n":"f","vb":false},
    {"n":"g","vd":"aGk"},{"n":"h","s":12345678901234567890},{"n":"","v":-0.1,"ut":30}]`).messages[0]!.payload,
  '{"base_name":"d/","values":{"a":0.3,"b":0.1,"e":"x","f":false,"g":"aGk","value":0.0},' +
  '"sums":{"h":12345678901234567900},"update_secs":{"value":30}}')
  t.end()
})

t.test('times relative to the time of arrival', t => {
  t.match(read('[{"n":"a","v":1,"t":-60.5},{"n":"a","v":2},{"n":"a","v":3}]').messages, [
    { timestamp: '2026-01-31T08:28:59.500Z', isRepeatable: false }, { timestamp: null }, { timestamp: null }
  ], 'and a name that comes twice begins another message')
  t.end()
})

t.test('invalid records are refused by themselves, invalid packs as a whole', t => {
  const pack = '[{"n":"a","v":"1"},{"n":"b"},{"n":"é","v":1},{"n":"d","v":1,"vb":true},{"n":"e","v":1}]'
  t.strictSame(read(pack).refused, [
    [0, 'v is not a number'], [1, 'The record has neither a value nor a sum'],
    [2, 'The name is missing, or not one of SenML'], [3, 'More than one value']
  ])
  for (const pack of [
    '[]', '{}', '1', '[1]', '[[]]', '[{"bver":11,"n":"a","v":1}]', '[{"n":"a","v":1,"must_":1}]', '[{"bt":"x"}]'
  ]) t.throws(() => read(pack), { code: 'MOT_BAD_INPUT' }, pack)
  t.throws(() => read('[{"n":'), { code: 'MOT_BAD_JSON' })
  t.throws(() => read('['.repeat(100) + ']'.repeat(100)), { code: 'MOT_BAD_JSON' })
  t.throws(() => readBytes('text/plain', Buffer.from('[]')), { code: 'MOT_UNSUPPORTED_MEDIA_TYPE' })
  t.end()
})

t.test('with a device key the device is the key\'s', t => {
  t.match(read('[{"bn":"urn:x:","n":"a","v":1}]', { deviceOnly: true, deviceId: 'pi' }).messages, [{ device: 'pi' }])
  t.end()
})

t.test('CBOR: integer labels, 64-bit integers, decimal fractions and byte strings', t => {
  const fraction = { exponent: -19, mantissa: 1000000000000000055n }
  const bytes = encode([
    new Map<number, unknown>([[-2, 'd:'], [-3, 1769848200], [0, 'a'], [2, 18446744073709551615n]]),
    new Map<number, unknown>([[0, 'b'], [2, fraction]]),
    new Map<number, unknown>([[0, 'c'], [2, 0.5]]),
    new Map<number, unknown>([[0, 'd'], [8, new Uint8Array([0x68, 0x69])]]),
    new Map<number, unknown>([[0, 'e'], [2, NaN]])
  ], {
    typeEncoders: {
      Object: ({ exponent, mantissa }: typeof fraction) => [
        new Token(Type.tag, 4),
        new Token(Type.array, 2),
        new Token(Type.negint, exponent),
        new Token(Type.uint, mantissa)
      ]
    }
  })
  t.strictSame(readBytes('application/senml+cbor', bytes), {
    messages: [{
      device: 'd',
      timestamp: '2026-01-31T08:30:00.000Z',
      payload: '{"base_name":"d:","values":{"a":18446744073709551615,"b":1000000000000000055e-19,"c":0.5,"d":"aGk"}}',
      isRepeatable: true
    }],
    refused: [[4, 'v is not a number']]
  })
  for (const wrong of [[], [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Array<number>(50_000).fill(0x81)]) {
    t.throws(() => readBytes('application/senml+cbor', Buffer.from(wrong)), { code: 'MOT_BAD_INPUT' })
  }
  t.end()
})
