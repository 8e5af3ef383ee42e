import t from 'tap'
import { parseText } from './parse-text.js'
import { parsePrometheus } from './prometheus.js'

t.test('auto detects the format', async t => {
  for (const [text, value] of [
    ['42\n', 42], ['-1.5e3', -1500], ['.5', 0.5],
    ['{"a": 1}', { a: 1 }], ['[1, 2]', { values: [1, 2] }],
    ['temp=21.5\nhumidity = 40', { temp: 21.5, humidity: 40 }], ['core id: 3', { core_id: 3 }],
    ['hello world', 'hello world'], ['1.2.3', '1.2.3']
  ] as const) t.same(parseText(text), value)
})

t.test('text in another format than expected is an error', async t => {
  t.throws(() => parseText('  \n'), /Empty output/)
  t.throws(() => parseText('abc', 'number'), /number/)
  t.throws(() => parseText('{', 'json'))
  t.throws(() => parseText('null', 'json'), /null/)
  t.throws(() => parseText('no pair', 'pairs'), /pair/)
  t.equal(parseText('42', 'text'), '42')
  t.equal(parseText('true', 'json'), true)
  t.equal((parseText('x'.repeat(5000)) as string).length, 1024)
})

t.test('exporter output: comments, labels, escapes, infinities, too many samples', async t => {
  t.same(parsePrometheus('# x\na 1\nb{path="C:\\\\x \\"y\\""} 2\nc +Inf\n d 4 \nbroken line here now\n'), {
    a: 1,
    b: { c_x_y: 2 },
    d: 4
  })
  t.throws(() => parsePrometheus('a 1', ['b']), /No metric/)
  const many = Array.from({ length: 2000 }, (_, i) => `m${i} ${i}`).join('\n')
  t.equal(Object.keys(parsePrometheus(many)).length, 1000)
})
