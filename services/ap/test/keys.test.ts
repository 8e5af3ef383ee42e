import { randomUUID } from 'node:crypto'
import { registerJwt } from '@motience/kit'
import { databaseKinds, decodeJws } from '@motience/testing'
import { fastify } from 'fastify'
import t from 'tap'
import { createKeyring, type Keyring } from '../src/tokens/keyring.js'
import { maintainKeys } from '../src/tokens/key-store.js'
import { deriveSecrets } from '../src/tokens/secrets.js'
import { createAccessTokens } from '../src/tokens/access-tokens.js'
import { accessExpiry } from '../src/tokens/lifetimes.js'
import { createTestClock, DAY, HOUR, SECRET, testSettings, testStores } from './test-ap.js'

const MINUTE = 60_000
const secrets = deriveSecrets(SECRET)
const { lifetimes } = testSettings

/** What signs and reads tokens by a keyring, as AP has it. */
const tokensOf = async (keyring: Keyring, clock: () => number) => {
  const app = fastify()
  const read = await registerJwt(app, keyring)
  await app.ready()
  return { read, ...createAccessTokens(app.jwt, keyring, lifetimes, clock) }
}

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const { database: { sql } } = await testStores(t, { database: kind })
    t.beforeEach(async () => { await sql`DELETE FROM ap.signing_keys` })
    const kids = (keyring: { jwks (): { keys: { kid: string }[] } }) => keyring.jwks().keys.map(({ kid }) => kid)

    t.test('several instances that start at once agree on one key', async t => {
      const clock = createTestClock()
      const keyrings = await Promise.all(
        Array.from({ length: 4 }, async () => await createKeyring(sql, secrets, lifetimes, clock))
      )
      t.equal(new Set(keyrings.map(keyring => keyring.signing().kid)).size, 1)
      t.same(keyrings.map(keyring => kids(keyring).length), [1, 1, 1, 1])
    })

    t.test('the next key is published before it signs, and the old one after its last token', async t => {
      const clock = createTestClock()
      const keyring = await createKeyring(sql, secrets, lifetimes, clock)
      const tokens = await tokensOf(keyring, clock)
      const first = keyring.signing().kid
      const sid = randomUUID()
      const user = { id: 7, username: 'seven', role: 'producer' as const, device_id: null }
      const pass = async (ms: number) => {
        clock.pass(ms)
        await keyring.refresh()
      }

      await pass(30 * DAY - 15 * MINUTE - 1)
      t.same(kids(keyring), [first])
      await pass(1)
      t.equal(kids(keyring).length, 2, 'published')
      t.equal(keyring.signing().kid, first, 'and not signing yet')
      await pass(15 * MINUTE - 1)
      const old = await tokens.forUser(user, sid, accessExpiry(lifetimes, clock()))
      t.equal(decodeJws(old).header.kid, first)
      await pass(1)
      t.not(keyring.signing().kid, first)
      t.match(await tokens.read(old), { userId: 7 }, 'nobody is signed out')
      const fresh = await tokens.forUser(user, sid, accessExpiry(lifetimes, clock()))
      t.not(decodeJws(fresh).header.kid, first)
      t.match(await tokens.read(fresh), { userId: 7 })
      await pass(DAY + HOUR)
      t.equal(kids(keyring).length, 2, 'kept')
      await pass(1)
      t.equal(kids(keyring).length, 1, 'dropped')
    })

    t.test('an instance that slept through a rotation verifies what another one signs', async t => {
      const clock = createTestClock()
      const asleep = await tokensOf(await createKeyring(sql, secrets, lifetimes, clock), clock)
      clock.pass(30 * DAY)
      const keyring = await createKeyring(sql, secrets, lifetimes, clock)
      clock.pass(15 * MINUTE)
      const token = await (await tokensOf(keyring, clock)).forService('sm')
      t.match(await asleep.read(token), { service: 'sm' })
    })

    t.test('an unknown kid does not ask the database each time', async t => {
      const clock = createTestClock()
      const keyring = await createKeyring(sql, secrets, lifetimes, clock)
      t.equal(await keyring.publicKey('unknown'), null)
      clock.pass(30 * DAY)
      t.equal((await maintainKeys(sql, secrets, lifetimes, clock)).length, 2)
      const late = kids({ jwks: keyring.jwks })
      t.equal(late.length, 1)
      clock.pass(-30 * DAY + 4_999)
      t.equal(await keyring.publicKey('unknown'), null)
      t.equal(kids(keyring).length, 1, 'not asked yet')
      clock.pass(1)
      t.equal(await keyring.publicKey('unknown'), null)
      t.equal(kids(keyring).length, 2, 'asked again')
    })

    t.test('a private key is sealed, and a changed secret makes a new one', async t => {
      const clock = createTestClock()
      const [key] = await maintainKeys(sql, secrets, lifetimes, clock)
      const [row] = await sql<{ sealed: Buffer }[]>`SELECT sealed FROM ap.signing_keys`
      const pkcs8 = key?.privateKey?.export({ format: 'der', type: 'pkcs8' })
      t.ok(pkcs8 && !row?.sealed.includes(pkcs8.subarray(-32)))

      const keyring = await createKeyring(sql, deriveSecrets('another secret of the tests'), lifetimes, clock)
      t.not(keyring.signing().kid, key?.kid)
      t.ok(await keyring.publicKey(String(key?.kid)), 'what the old one signed still verifies')
      t.equal(kids(keyring).length, 2)
    })
  })
}
