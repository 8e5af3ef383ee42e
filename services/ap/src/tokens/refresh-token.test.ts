import { randomUUID } from 'node:crypto'
import t from 'tap'
import { childRefreshToken, firstRefreshToken, parseRefreshToken } from './refresh-token.js'
import { deriveSecrets } from './secrets.js'

const keys = deriveSecrets('a secret of these tests')

t.test('a token is taken apart to what it was made of', async t => {
  const sid = randomUUID()
  const first = firstRefreshToken(keys, sid)
  t.match(first.text, /^[\w-]{91}$/)
  t.same(parseRefreshToken(keys, first.text), first)
  t.match(first, { sid, generation: 0, genuine: true })
})

t.test('two first tokens of a session have nothing in common but their session', async t => {
  const sid = randomUUID()
  t.not(firstRefreshToken(keys, sid).text, firstRefreshToken(keys, sid).text)
})

t.test('a child follows from its parent and the key alone', async t => {
  const parent = firstRefreshToken(keys, randomUUID())
  const child = childRefreshToken(keys, parent)
  t.equal(childRefreshToken(deriveSecrets('a secret of these tests'), parent).text, child.text)
  t.not(childRefreshToken(deriveSecrets('another secret'), parent).text, child.text)
  t.match(child, { sid: parent.sid, generation: 1, genuine: true })
  t.equal(childRefreshToken(keys, child).generation, 2)
})

t.test('a changed token is not genuine, in whatever place it was changed', async t => {
  const { text } = firstRefreshToken(keys, randomUUID())
  const bytes = Buffer.from(text, 'base64url')
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] as number) ^ 1
    t.equal(parseRefreshToken(keys, changed.toString('base64url'))?.genuine, false, `byte ${index}`)
  }
  t.equal(parseRefreshToken(deriveSecrets('another secret'), text)?.genuine, false, 'made with another secret')
})

t.test('what can be no token is told from one', async t => {
  const { text } = firstRefreshToken(keys, randomUUID())
  for (const other of [
    '',
    'x',
    text.slice(1),
    `${text}A`,
    `${text}=`,
    ` ${text}`,
    text.replace(/.$/, '!'),
    'A'.repeat(512)
  ]) {
    t.equal(parseRefreshToken(keys, other), null, JSON.stringify(other.slice(0, 20)))
  }
})
