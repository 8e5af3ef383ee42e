import t from 'tap'
import { formatField, MAX_FIELD_KEYS, parseField } from './index.js'

t.test('parses paths with quoted, bracketed and escaped keys', async t => {
  const cases: [string, string[]][] = [
    ['payload.cpu.usage', ['cpu', 'usage']],
    ['payload.cores.0', ['cores', '0']],
    ['payload."a.b.c"', ['a.b.c']],
    ['payload["a.b.c"]', ['a.b.c']],
    ['payload[\'a.b.c\']', ['a.b.c']],
    ['payload.a\\.b\\.c', ['a.b.c']],
    ['payload.x."a.b".y', ['x', 'a.b', 'y']],
    ['payload.x["a.b"]["c"].y', ['x', 'a.b', 'c', 'y']],
    ['payload."say \\"a.b\\" \\\\"', ['say "a.b" \\']],
    ['payload["]."]', ['].']],
    ['payload.""', ['']],
    ['payload.a\\\\.b', ['a\\', 'b']],
    // Keys that were plain before quotes meant something stay so.
    ['payload.cpu.us"age', ['cpu', 'us"age']],
    ['payload."a"b.c', ['"a"b', 'c']],
    ['payload.cpu[0]', ['cpu[0]']],
    ['payload.C:\\temp', ['C:\\temp']]
  ]
  for (const [text, keys] of cases) t.same(parseField(text), { keys, fault: null }, text)
})

t.test('parses JSON Pointers', async t => {
  const cases: [string, string[]][] = [
    ['/a~1b/c~0d', ['a/b', 'c~d']],
    ['/a.b', ['a.b']],
    ['/', ['']],
    ['/a/', ['a', '']],
    ['/~01', ['~1']],
    ['/cores/0', ['cores', '0']],
    ['/ "\\', [' "\\']]
  ]
  for (const [text, keys] of cases) t.same(parseField(text), { keys, fault: null }, text)
})

t.test('rejects anything else', async t => {
  for (const text of [
    '',
    'cpu',
    'payload',
    'payload.',
    'payload..a',
    'payload.a.',
    'payloads.a',
    'payload["a"',
    'payload["a"]b',
    'payload[0]',
    '/a~2',
    '/a~',
    `/${'a/'.repeat(MAX_FIELD_KEYS)}a`
  ]) {
    t.equal(parseField(text).keys, null, text)
    t.type(parseField(text).fault, 'string')
  }
})

t.test('formatField and parseField are inverse for every key', async t => {
  const parts = ['a', '.', '"', '\'', '\\', '[', ']', '/', '~', '0', ' ', '\n', 'é', '😀', '\u0000']
  let seed = 7
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < 5_000; round++) {
    const keys = Array.from({ length: 1 + random(4) }, () =>
      Array.from({ length: random(6) }, () => parts[random(parts.length)]).join('')
    )
    const field = formatField(keys)
    if (JSON.stringify(parseField(field).keys) !== JSON.stringify(keys)) {
      t.fail(`${field} is not ${JSON.stringify(keys)}`)
    }
    const pointer = keys.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    if (JSON.stringify(parseField(pointer).keys) !== JSON.stringify(keys)) {
      t.fail(`${pointer} is not ${JSON.stringify(keys)}`)
    }
  }
})
