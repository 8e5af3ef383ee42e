import t from 'tap'
import { readSlots } from './cluster.js'
import { slotOf } from './slots.js'

t.test('computes slots by the Cluster specification', async t => {
  t.equal(slotOf('123456789'), 0x31C3)
  t.equal(slotOf('foo'), 12182)
  t.equal(slotOf('log:{7}'), slotOf('7'))
  t.equal(slotOf('a{}b'), slotOf('a{}b'))
  t.not(slotOf('a{}b'), slotOf(''), 'empty braces are not a hash tag')
  t.equal(slotOf('a{b}{c}'), slotOf('b'))
  t.equal(slotOf('a{b'), slotOf('a{b'))
})

t.test('parses CLUSTER SLOTS, where a server without an address is the one that was asked', async t => {
  const masters = readSlots(
    [
      [0, 99, ['', 7000, 'id']],
      [200, 16383, ['10.0.0.2', 7001, 'id'], ['10.0.0.3', 7002, 'id']],
      [100, 150, [null, 7000, 'id']]
    ],
    '10.0.0.1'
  )
  t.same(masters.addresses, [{ host: '10.0.0.1', port: 7000 }, { host: '10.0.0.2', port: 7001 }])
  t.equal(masters.ownerOf('foo'), 1)
  t.equal(readSlots([[0, 99, ['10.0.0.2', 7001, 'id']]], '').ownerOf('foo'), undefined, 'a slot without an owner')
  t.throws(() => readSlots('strange', ''), { name: 'BrokerUnavailableError' })
})
