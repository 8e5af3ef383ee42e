import t from 'tap'
import { decodeIdCursor, pageById } from './id-cursor.js'

const rows = (...ids: number[]) => ids.map(id => ({ id }))

t.test('a page has a cursor if there are more rows, which continues after its last row', async t => {
  const { items, nextCursor } = pageById(rows(3, 5, 2_147_483_647), 2)
  t.same(items, rows(3, 5))
  t.equal(decodeIdCursor(nextCursor ?? ''), 5)
  t.same(pageById(rows(3, 5), 2), { items: rows(3, 5), nextCursor: null })
  t.same(pageById([], 2), { items: [], nextCursor: null })
  t.equal(decodeIdCursor(undefined), 0)
})

t.test('any other cursor is refused', async t => {
  const encode = (text: string): string => Buffer.from(text).toString('base64url')
  for (const cursor of [
    '',
    'x',
    encode('id:'),
    encode('id:-1'),
    encode('id:01'),
    encode('id:2147483648'),
    encode('5')
  ]) {
    t.throws(() => decodeIdCursor(cursor), { code: 'MOT_BAD_INPUT', errors: [{ path: '/cursor' }] }, cursor)
  }
  t.throws(() => decodeIdCursor(`${encode('id:5')}=`), { code: 'MOT_BAD_INPUT' }, 'padded')
})
