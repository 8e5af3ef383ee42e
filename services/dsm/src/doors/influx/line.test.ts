import { ProblemError } from '@motience/kit'
import t from 'tap'
import { MAX_DOOR_POINTS } from '@motience/schemas'
import { MAX_FIELDS, MAX_TAGS } from './line.js'
import { readLines, type ReadOptions } from './readings.js'
import { MAX_STRING, splitLines } from './split-lines.js'

const options: ReadOptions = {
  precision: 'ns',
  deviceTags: { explicit: ['device'], implicit: ['host'] },
  identity: { deviceOnly: false, deviceId: null }
}

const read = (text: string, more: Partial<ReadOptions> = {}) =>
  readLines(text, { ...options, ...more }).map(({ line, reading }) =>
    ({ line, ...reading instanceof ProblemError ? { refused: reading.message } : reading }))

const payload = (text: string): string => {
  const [reading] = read(text)
  return reading !== undefined && 'payload' in reading ? reading.payload : JSON.stringify(reading)
}

t.test('tags, fields of every type and their escapes', t => {
  for (const [line, expected] of [
    ['m f=1', '{"measurement":"m","tags":{},"fields":{"f":1}}'],
    ['m,a=b,c=d f=1.0,g=-2i,h=3u,i=t,j=F,k=TRUE,l=False 5',
      '{"measurement":"m","tags":{"a":"b","c":"d"},' +
      '"fields":{"f":1.0,"g":-2,"h":3,"i":true,"j":false,"k":true,"l":false}}'],
    ['my\\ measure\\,ment=x,t\\ a\\=g=v\\,a\\ l\\=ue f\\ i\\,e\\=ld=1',
      '{"measurement":"my measure,ment=x","tags":{"t a=g":"v,a l=ue"},"fields":{"f i,e=ld":1}}'],
    ['m,path=C:\\dir,q="a" f=1', '{"measurement":"m","tags":{"path":"C:\\\\dir","q":"\\"a\\""},"fields":{"f":1}}'],
    ['m f="a, b=c d\\"e\\\\f\\g"', '{"measurement":"m","tags":{},"fields":{"f":"a, b=c d\\"e\\\\f\\\\g"}}'],
    ['m f="two\nlines",g="" 1', '{"measurement":"m","tags":{},"fields":{"f":"two\\nlines","g":""}}'],
    ['m  f=1   2  ', '{"measurement":"m","tags":{},"fields":{"f":1}}'],
    ['m f=1,f=2', '{"measurement":"m","tags":{},"fields":{"f":2}}'],
    ['é,ö=😀 ü="ß"', '{"measurement":"é","tags":{"ö":"😀"},"fields":{"ü":"ß"}}']
  ] as const) t.equal(payload(line), expected, line)
  t.end()
})

t.test('numbers keep their digits, in JSON\'s form', t => {
  for (const [sent, expected] of [
    ['12345678901234567890u', '12345678901234567890'], ['18446744073709551615u', '18446744073709551615'],
    ['-9223372036854775808i', '-9223372036854775808'], ['0.1000000000000000055', '0.1000000000000000055'],
    ['-0', '-0'], ['-0.0', '-0.0'], ['1.', '1'], ['.5', '0.5'], ['-.5', '-0.5'], ['+1.50', '1.50'], ['007', '7'],
    ['1e10', '1e10'], ['1.5E-7', '1.5e-7'], ['3.14e+2', '3.14e+2']
  ] as const) t.equal(payload(`m f=${sent}`), `{"measurement":"m","tags":{},"fields":{"f":${expected}}}`, sent)
  for (const wrong of [
    '9223372036854775808i', '-9223372036854775809i', '18446744073709551616u', '-1u', '1.5i', 'i', '.', 'e5', '1e',
    'NaN', '+Inf', 'tru', '0x10', '1_000', '--1', '"a"b'
  ]) t.match(read(`m f=${wrong}`), [{ refused: 'invalid field value' }], wrong)
  t.end()
})

t.test('timestamps of every precision', t => {
  const time = (text: string, precision: NonNullable<ReadOptions['precision']>) =>
    (read(`m f=1 ${text}`, { precision })[0] as { timestamp?: string }).timestamp
  t.equal(time('1769848200123456789', 'ns'), '2026-01-31T08:30:00.123456789Z')
  t.equal(time('1769848200123456', 'us'), '2026-01-31T08:30:00.123456Z')
  t.equal(time('1769848200123456', 'u'), '2026-01-31T08:30:00.123456Z')
  t.equal(time('1769848200123', 'ms'), '2026-01-31T08:30:00.123Z')
  t.equal(time('1769848200', 's'), '2026-01-31T08:30:00.000Z')
  t.equal(time('29497470', 'm'), '2026-01-31T08:30:00.000Z')
  t.equal(time('491624', 'h'), '2026-01-31T08:00:00.000Z')
  t.equal(time('-1', 'ns'), '1969-12-31T23:59:59.999999999Z')
  t.equal(time('0', 'ns'), '1970-01-01T00:00:00.000000000Z')
  t.match(read('m f=1'), [{ timestamp: null, isRepeatable: false }])
  t.match(read('m f=1 1769848200123', { precision: 's' }), [{ refused: /outside of the years/ }])
  for (const wrong of ['1.5', 'x', '12345678901234567890', '1 2', '+1']) {
    t.match(read(`m f=1 ${wrong}`), [{ refused: 'invalid timestamp' }], wrong)
  }
  t.end()
})

t.test('comments, empty lines, line breaks of Windows and line numbers', t => {
  t.match(read('# c f=1\n\nm f=1 1\r\n\r\n  m f="a\nb" 2\n m 3\n#\nm f=4'), [
    { line: 3, payload: /"f":1}/ }, { line: 5, payload: /"a\\nb"/ }, { line: 7, refused: 'invalid' }, { line: 9 }
  ].map(({ refused, ...line }) => refused === undefined ? line : { ...line, refused: 'missing field value' }))
  t.same(read(''), [])
  t.same(read('\n \n#only'), [])
  t.end()
})

t.test('what is no point is refused by itself, with the reason', t => {
  for (const [line, refused] of [
    ['m', 'missing fields'], ['m,a=b', 'missing fields'], [',a=b f=1', 'missing measurement'],
    ['m,=b f=1', 'missing tag key'], ['m,a f=1', 'missing tag value'], ['m,a= f=1', 'missing tag value'],
    ['m,a=b=c f=1', 'unescaped = in a tag value'], ['m,a=b,a=c f=1', 'duplicate tag'], ['m f', 'missing field value'],
    ['m =1', 'missing field key'], ['m f=', 'missing field value'], ['m f=1,', 'missing field key'],
    ['m f="a', 'unclosed string'], ['m f=1 \\', 'invalid timestamp'], ['m\\', 'missing fields'],
    [`m ${Array.from({ length: MAX_FIELDS + 1 }, (_, n) => `f${n}=1`).join(',')}`, `more than ${MAX_FIELDS} fields`],
    [`m,${Array.from({ length: MAX_TAGS + 1 }, (_, n) => `t${n}=1`).join(',')} f=1`, `more than ${MAX_TAGS} tags`]
  ] as const) {
    t.match(read(`a f=1\n${line}\nb f=2`), [{ line: 1 }, { line: 2, refused }, { line: 3 }], line.slice(0, 40))
  }
  t.end()
})

t.test('the name of the device', t => {
  const device = (tags: string, identity = options.identity) => read(`m${tags} f=1`, { identity })
  t.match(device(',device=pi,host=h'), [{ device: 'pi' }])
  t.match(device(',host=h'), [{ device: 'h' }])
  t.match(device(',host=my\\ host'), [{ device: undefined }])
  t.match(device(',device=my\\ pi'), [{ refused: 'The value of device is not a device name' }])
  const key = { deviceOnly: true, deviceId: 'pi' }
  t.match(device(',host=h', key), [{ device: 'pi' }])
  t.match(device(',device=pi', key), [{ device: 'pi' }])
  t.match(device(',device=other', key), [{ refused: /another device/ }])
  t.end()
})

t.test('the work is linear in the size of the body', t => {
  const unclosed = 'm f="x\n'.repeat(1_000) + 'y'.repeat(MAX_STRING + 10)
  const started = performance.now()
  t.equal([...splitLines(unclosed)].length, 1_001 - 500, 'each quote closes the one before')
  t.equal([...splitLines('m f="x\n' + 'm f=\\"x\n'.repeat(100_000))].length, 100_001)
  t.ok(performance.now() - started < 5_000)
  t.throws(() => readLines('m f=1\n'.repeat(MAX_DOOR_POINTS + 1), options), { code: 'MOT_BODY_TOO_LARGE' })
  t.end()
})
