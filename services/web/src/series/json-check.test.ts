import t from 'tap'
import { checkJson } from './json-check.js'
import { scanJson } from './json-scan.js'

t.test('a payload is taken with its size', async t => {
  t.same(checkJson(' {"a": "ä", "n": 1.50}\n', 100), { payload: '{"a":"ä","n":1.50}', bytes: 19, fault: null })
})

t.test('a fault in the text is told with its line and column', async t => {
  t.match(checkJson('{\n  "a": 1,\n  b: 2\n}', 100), {
    payload: null,
    fault: { line: 3, column: 3, message: /double quotes/ }
  })
  t.match(checkJson('{"a": 1', 100).fault, { line: 1, column: 8 })
  t.match(checkJson('', 100).fault, { message: 'Write a JSON object' })
})

t.test('what the platform would refuse is refused here', async t => {
  for (const text of ['[1]', 'null', '3', '"x"']) t.match(checkJson(text, 100).fault, { message: /object/, line: null })
  t.match(checkJson('{"a": "0123456789"}', 10).fault, { message: '18 bytes; at most 10 are taken' })
  t.match(checkJson(`{"a":${'['.repeat(20_000)}`, 100_000).fault, { message: /deep/ })
  t.match(checkJson('{"a": {"__proto__": 1}}', 100).fault, { message: /__proto__/ })
  t.match(checkJson(' {"a": [1e400]}', 100).fault, { message: /^\/a\/0: .*double/ })
})

t.test('each fault is named where it is', async t => {
  const faults: [string, number, RegExp][] = [
    ['{"a": }', 6, /value/],
    ['{"a" 1}', 5, /colon/],
    ['{"a": 1 "b"', 8, /comma or }/],
    ['{"a": 1,}', 8, /comma too many/],
    ['[1,]', 3, /comma too many/],
    ['[1', 2, /ends before ]/],
    ['{"a', 3, /not closed/],
    ['"\\x"', 1, /escape/],
    ['"a\nb"', 2, /escaped/],
    ['1 2', 2, /behind/],
    ['', 0, /ends/],
    ['01', 1, /behind/],
    ['nul', 0, /value/],
    ["{'a': 1}", 1, /double quotes/]
  ]
  for (const [text, position, message] of faults) t.match(scanJson(text), { position, message }, text)
})

t.test('what the engine takes is taken, and nothing else', async t => {
  const texts = [
    '{}',
    '[]',
    ' [1, -2.5e-3, true, false, null, "\\u00e4\\n"] ',
    '{"a": {"b": [{}]}}',
    '-',
    '1.',
    '.5',
    '+1',
    '"\\u12"',
    '[1 2]',
    '{"a"}',
    'tru',
    '"\ud83d\ude00"',
    '[[[]]'
  ]
  for (const text of texts) {
    let good = true
    try {
      JSON.parse(text)
    } catch {
      good = false
    }
    t.equal(scanJson(text) === null, good, text)
  }
})
