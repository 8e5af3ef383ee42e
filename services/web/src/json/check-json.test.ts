import t from 'tap'
import { checkJson } from './check-json.js'
import { scanJson } from './scan-json.js'

t.test('accepts a payload and measures its size', async t => {
  t.same(checkJson(' {"a": "ä", "n": 1.50}\n', 100), { payload: '{"a":"ä","n":1.50}', bytes: 19, fault: null })
})

t.test('reports syntax errors with line and column', async t => {
  t.match(checkJson('{\n  "a": 1,\n  b: 2\n}', 100), {
    payload: null,
    fault: { line: 3, column: 3, message: /double quotes/ }
  })
  t.match(checkJson('{"a": 1', 100).fault, { line: 1, column: 8 })
  t.match(checkJson('', 100).fault, { message: 'Enter a JSON object' })
})

t.test('rejects what the platform rejects', async t => {
  for (const text of ['[1]', 'null', '3', '"x"']) t.match(checkJson(text, 100).fault, { message: /object/, line: null })
  t.match(checkJson('{"a": "0123456789"}', 10).fault, { message: 'The payload has 18 bytes; the maximum is 10' })
  t.match(checkJson(`{"a":${'['.repeat(20_000)}`, 100_000).fault, { message: /deep/ })
  t.match(checkJson('{"a": {"__proto__": 1}}', 100).fault, { message: /__proto__/ })
  t.match(checkJson(' {"a": [1e400]}', 100).fault, { message: /^\/a\/0: .*double/ })
})

t.test('describes each kind of syntax error', async t => {
  const faults: [string, number, RegExp][] = [
    ['{"a": }', 6, /expected a value/i],
    ['{"a" 1}', 5, /colon/],
    ['{"a": 1 "b"', 8, /comma or }/],
    ['{"a": 1,}', 8, /trailing comma/i],
    ['[1,]', 3, /trailing comma/i],
    ['[1', 2, /end of input, expected ]/],
    ['{"a', 3, /unterminated/i],
    ['"\\x"', 1, /escape sequence/],
    ['"a\nb"', 2, /must be escaped/],
    ['1 2', 2, /after the value/],
    ['', 0, /end of input/],
    ['01', 1, /after the value/],
    ['nul', 0, /expected a value/i],
    ["{'a': 1}", 1, /double quotes/]
  ]
  for (const [text, position, message] of faults) t.match(scanJson(text), { position, message }, text)
})

t.test('accepts exactly what JSON.parse accepts', async t => {
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
