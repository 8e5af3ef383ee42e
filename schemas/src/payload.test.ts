import t from 'tap'
import { checkPayload, MAX_PAYLOAD_DEPTH, payloadOf, payloadsOf } from './index.js'

const nested = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1)

t.test('a payload is refused where it is nested too deep', async t => {
  t.equal(checkPayload(nested(MAX_PAYLOAD_DEPTH)), null)
  t.same(checkPayload(nested(MAX_PAYLOAD_DEPTH + 1)), {
    path: '/a'.repeat(MAX_PAYLOAD_DEPTH),
    message: 'nested deeper than 32 levels'
  })
  t.match(checkPayload(`{"a":[ [${nested(MAX_PAYLOAD_DEPTH - 2)} ] ]}`), {
    path: `/a/0/0${'/a'.repeat(MAX_PAYLOAD_DEPTH - 3)}`
  })
  t.match(checkPayload(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), {
    path: `/a${'/0'.repeat(MAX_PAYLOAD_DEPTH - 1)}`
  })
})

t.test('a payload with a __proto__ key is refused, wherever the key is and however it is written', async t => {
  t.match(checkPayload('{"a":[{"__proto__":{"x":1}}]}'), { path: '/a/0/__proto__' })
  t.match(checkPayload('{"a/b":{"~":{"\\u005f_prot\\u006f__" :1}}}'), { path: '/a~1b/~0/__proto__' })
  t.match(checkPayload('{"a":{"__proto__":1},"a":2}'), { path: '/a/__proto__' }, 'also behind a key that comes twice')
  for (const good of [
    '{"proto":1,"constructor":"a word"}',
    '{"a":"__proto__"}',
    '{"a":["__proto__","b"]}',
    '{"__proto_":1,"___proto__":2}',
    '{"_":"\\u005f_proto__"}'
  ]) {
    t.equal(checkPayload(good), null, good)
  }
})

t.test('a number that overflows a double is refused, and no other', async t => {
  const long = '9'.repeat(309)
  for (const number of [
    '1e400',
    '-1e400',
    '1.8e308',
    '1E+309',
    '123.4e99999999999',
    `${'1'.repeat(250)}e60`,
    long,
    `-${long}.5`
  ]) {
    t.match(checkPayload(`{"a":[0,{"b c":${number}}]}`), { path: '/a/1/b c', message: /double/ }, number.slice(0, 20))
    t.match(checkPayload(`{"v": ${number} ,"v":1}`), { path: '/v' }, 'also behind a key that comes twice')
  }
  for (const number of [
    '1.7976931348623157e308',
    '-0',
    '0e99999',
    '1e-400',
    '1E5',
    '867322048123456789',
    '0.1000',
    `${'9'.repeat(308)}`,
    `0.${'0'.repeat(400)}1`
  ]) {
    t.equal(checkPayload(`{"v":${number},"s":"1e400 ${long}"}`), null, number.slice(0, 20))
  }
})

t.test('a payload is found as it was written', async t => {
  const cases: [string, string | null][] = [
    ['{"payload":{}}', '{}'],
    [
      ' {"type" : "data" ,\n"payload":\t{ "b":-0, "a":1.50, "b":"\\u00e9\\/" } , "seq":1} ',
      '{ "b":-0, "a":1.50, "b":"\\u00e9\\/" }'
    ],
    ['{"p\\u0061yl\\u006Fad":{"x":1}}', '{"x":1}'],
    ['{"payload":{"first":1},"payload":{"last":2}}', '{"last":2}'],
    ['{"payload":{"first":1},"p\\u0061yload":[3]}', '[3]'],
    [
      '{"id":"\\"payload\\":{","nested":{"payload":{"no":1}},"payload":{"payload":{"yes":"}\\\\"}}}',
      '{"payload":{"yes":"}\\\\"}}'
    ],
    ['{"payload":"text\\\\\\""}', '"text\\\\\\""'],
    ['{"payload":12.0}', '12.0'],
    ['{"payloads":{},"payloa":{},"PAYLOAD":{}}', null],
    ['{}', null],
    ['[{"payload":{}}]', null],
    ['null', null]
  ]
  for (const [text, payload] of cases) t.equal(payloadOf(text)?.text ?? null, payload, text)
})

t.test('a batch has a payload for each message', async t => {
  const texts = (batch: string): (string | null)[] => payloadsOf(batch).map(payload => payload?.text ?? null)
  t.same(
    texts('{"messages":[{"payload":{"a":1.0}}, {} ,null,"payload",[{"payload":1}], {"id":"x","payload": {"b":2} } ]}'),
    ['{"a":1.0}', null, null, null, null, '{"b":2}']
  )
  t.same(texts('{"messages":[{"payload":{"a":1}}],"type":"batch","m\\u0065ssages":[ ]}'), [], 'the last of two counts')
  t.same(texts('{"messages":{"messages":[{"payload":1}]}}'), [])
  t.same(texts('[]'), [])
  t.match(
    payloadsOf('{"messages":[{"payload":{}},{"payload":{"a":1e999}}]}').map(payload => payload!.fault),
    [null, { path: '/a' }]
  )
})

t.test('the size is counted in bytes of UTF-8', async t => {
  const { text } = payloadOf('{"payload":{"€":"😀é"}}')!
  t.equal(Buffer.byteLength(text), 16)
  t.same([15, 16].map(bytes => payloadOf(`{"payload":${text}}`)!.exceeds(bytes)), [true, false])
})
