import t from 'tap'
import { chooseFormat, csvField } from './stream-formats.js'

t.test('a CSV field is quoted only where RFC 4180 asks for it', async t => {
  t.same(
    [csvField(null), csvField(undefined), csvField(0), csvField('plain text'), csvField('')],
    ['', '', '0', 'plain text', '']
  )
  t.same(['a,b', 'a"b', 'a\nb', 'a\rb'].map(csvField), ['"a,b"', '"a""b"', '"a\nb"', '"a\rb"'])
})

t.test('the format is chosen by Accept', async t => {
  const type = (accept?: string) => chooseFormat(accept)?.contentType.split(';')[0] ?? 'page'
  t.equal(type(), 'page')
  t.equal(type('*/*'), 'page')
  t.equal(type('image/png'), 'page')
  t.equal(type('Application/X-NDJSON'), 'application/x-ndjson')
  t.equal(type('text/csv, */*;q=0.1'), 'text/csv')
  t.equal(type('text/csv;q=0.5, application/x-ndjson;q=0.9'), 'application/x-ndjson')
  t.equal(type('text/csv;q=0, application/json'), 'page')
  t.equal(type('application/json, text/csv'), 'page')
})
