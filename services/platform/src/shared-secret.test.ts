import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { sharedSecret } from './shared-secret.js'

t.test('a secret that is given is taken, and none is written', async t => {
  const dir = t.testdir()
  t.equal(await sharedSecret('given', dir), 'given')
  t.strictSame(await readdir(dir), [])
})

t.test('the secret is made once, for its owner alone, also by starts at the same time', async t => {
  const dir = join(t.testdir(), 'data')
  const secrets = await Promise.all([sharedSecret('', dir), sharedSecret('', dir)])
  t.match(secrets[0], /^[\w-]{43}$/)
  t.strictSame(new Set([...secrets, await sharedSecret('', dir)]).size, 1)
  t.equal(await readFile(join(dir, 'service-secret'), 'utf8'), secrets[0])
  t.equal((await stat(join(dir, 'service-secret'))).mode & 0o777, 0o600)
  t.strictSame(await readdir(dir), ['service-secret'])
})

t.test('an empty file is no secret', async t => {
  const dir = t.testdir()
  await writeFile(join(dir, 'service-secret'), '\n')
  await t.rejects(sharedSecret('', dir), /service-secret is empty/)
})
