import t from 'tap'
import { checkJson } from './json-check.js'

t.test('a payload is taken with its size', async t => {
  t.same(checkJson('{"a": "ä"}', 100), { payload: { a: 'ä' }, bytes: 11, fault: null })
})

t.test('a fault in the text is told with its line and column', async t => {
  t.match(checkJson('{\n  "a": 1,\n  b: 2\n}', 100), { payload: null, fault: { line: 3, column: 3, message: /\S/ } })
  t.match(checkJson('{"a": 1', 100).fault, { line: 1, column: 8 })
  t.match(checkJson('', 100).fault, { message: 'Write a JSON object' })
})

t.test('what the platform would refuse is refused here', async t => {
  for (const text of ['[1]', 'null', '3', '"x"']) t.match(checkJson(text, 100).fault, { message: /object/, line: null })
  t.match(checkJson('{"a": "0123456789"}', 10).fault, { message: '19 bytes; at most 10 are taken' })
  t.match(checkJson('{"a": {"__proto__": 1}}', 100).fault, { message: /__proto__/ })
})
