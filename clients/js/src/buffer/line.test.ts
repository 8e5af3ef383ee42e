import * as zlib from 'node:zlib'
import t from 'tap'
import { tableCrc32 } from './crc32.js'
import { encodeLine, scanLines } from './line.js'

t.test('the checksum is that of zlib', async t => {
  t.equal(tableCrc32(Buffer.from('123456789')), 0xcbf43926)
  for (const size of [0, 1, 255, 5000]) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i * 31 % 256))
    t.equal(tableCrc32(bytes), zlib.crc32(bytes))
  }
})

t.test('a line cut off by the end of a chunk is incomplete, or damaged at the end of the segment', async t => {
  const bytes = Buffer.concat([encodeLine('one'), encodeLine('zwei ä')])
  for (let length = encodeLine('one').length; length < bytes.length - 1; length++) {
    const bodies: string[] = []
    const take = (body: string) => { bodies.push(body); return true }
    t.equal(scanLines(bytes.subarray(0, length), false, take).used, encodeLine('one').length)
    t.same(bodies, ['one'])
    t.equal(scanLines(bytes.subarray(0, length), true, take).used, length)
  }
})

t.test('a scan stops when `take` returns false', async t => {
  const bytes = Buffer.concat(['a', 'b', 'c'].map(encodeLine))
  const bodies: string[] = []
  const { used } = scanLines(bytes, true, body => { bodies.push(body); return body !== 'b' })
  t.same([bodies, used], [['a', 'b'], 40])
})
