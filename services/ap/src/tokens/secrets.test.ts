import t from 'tap'
import { deriveSecrets, open, sameSecret, seal } from './secrets.js'

t.test('each purpose has a key of its own, the same on every instance', async t => {
  const keys = deriveSecrets('a secret of these tests')
  t.same(deriveSecrets('a secret of these tests'), keys)
  t.equal(new Set(Object.values(keys).map(key => key.toString('hex'))).size, 4)
})

t.test('what is sealed opens with the same key and label alone', async t => {
  const { sealing } = deriveSecrets('a secret of these tests')
  const sealed = seal(sealing, 'one', Buffer.from('a private key'))
  t.notMatch(sealed.toString('latin1'), 'a private key')
  t.equal(open(sealing, 'one', sealed)?.toString(), 'a private key')
  t.equal(open(sealing, 'two', sealed), null)
  t.equal(open(deriveSecrets('another secret').sealing, 'one', sealed), null)
  t.equal(open(sealing, 'one', sealed.subarray(0, 20)), null)
  const changed = Buffer.from(sealed)
  changed[15] = (changed[15] as number) ^ 1
  t.equal(open(sealing, 'one', changed), null)
  t.not(
    seal(sealing, 'one', Buffer.from('x')).toString('hex'),
    seal(sealing, 'one', Buffer.from('x')).toString('hex'),
    'never twice the same'
  )
})

t.test('secrets are compared whole, whatever their lengths', async t => {
  t.ok(sameSecret('one', 'one'))
  t.notOk(sameSecret('one', 'two'))
  t.notOk(sameSecret('one', 'one more'))
  t.notOk(sameSecret('', 'one'))
})
