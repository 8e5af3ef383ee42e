import { SignJWT } from 'jose'
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { createMemoryBroker } from '../broker/index.js'
import { fakeAp, type FakeAp } from '../testing/fake-ap.js'
import { waitFor } from '../testing/wait-for.js'
import { createAuthenticator } from './index.js'

const build = async (t: Test, now?: () => number) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const authenticator = createAuthenticator({ apUrl: ap.url, broker, ...(now === undefined ? {} : { now }) })
  t.teardown(async () => {
    await authenticator.close()
    await broker.close()
  })
  return { ap, broker, authenticator }
}

/** A token that no signature proves: `alg: none`. */
const unsigned = (): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1_000)
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ iss: 'motience', aud: 'motience', sub: '1', role: 'admin', sid: 's', jti: 'j', iat: now, exp: now + 60 })}.`
}

/** A token signed with HMAC and the public key as its secret: the classic confusion of algorithms. */
const confused = async (ap: FakeAp): Promise<string> => {
  const key = ap.signer.jwks.keys[0]!
  return await new SignJWT({ role: 'admin', sid: 's' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: String(key.kid) })
    .setIssuer('motience').setAudience('motience').setSubject('1').setJti('j').setIssuedAt().setExpirationTime('1h')
    .sign(Buffer.from(String(key.x), 'base64url'))
}

t.test('a good token tells whose it is', async t => {
  const { ap, authenticator } = await build(t)
  const sid = randomUUID()
  const identity = await authenticator.verify(await ap.issue({ role: 'producer', userId: 7, sid, username: 'pi', deviceId: 'kitchen' }))
  t.match(identity, { userId: 7, role: 'producer', sid, username: 'pi', deviceId: 'kitchen', service: null })
  t.ok(identity.expiresAt > Date.now())
  t.match(await authenticator.verify(await ap.issue({ role: 'service', service: 'dsm' })), { userId: 0, role: 'service', sid: 'service:dsm', service: 'dsm' })
  t.equal(ap.calls('/.well-known/jwks.json'), 1, 'the keys are fetched once')
  t.equal(ap.calls('/api/auth/verify'), 0, 'AP is not asked')
})

t.test('what is not a good token is refused', async t => {
  const { ap, authenticator } = await build(t)
  const refused = async (token: string, code: string, what: string) => { await t.rejects(authenticator.verify(token), { code }, what) }
  await refused(await ap.issue({ role: 'producer', expiresInSecs: -10 }), 'MOT_TOKEN_EXPIRED', 'expired')
  await refused(await ap.signer.forge({ role: 'producer' }), 'MOT_UNAUTHORIZED', 'forged')
  await refused(await ap.issue({ role: 'producer', typ: 'JWT' }), 'MOT_UNAUTHORIZED', 'a JWT of another type')
  await refused(unsigned(), 'MOT_UNAUTHORIZED', 'alg none')
  await refused(await confused(ap), 'MOT_UNAUTHORIZED', 'HMAC with the public key')
  for (const claim of ['exp', 'iat', 'sub', 'sid', 'jti', 'role', 'iss', 'aud']) {
    await refused(await ap.issue({ role: 'producer', claims: { [claim]: undefined } }), 'MOT_UNAUTHORIZED', `no ${claim}`)
  }
  const wrong = { aud: 'elsewhere', iss: 'someone', role: 'root', sub: '-1', sid: 'service:dsm', exp: 'soon', iat: null }
  for (const [claim, value] of Object.entries(wrong)) {
    await refused(await ap.issue({ role: 'producer', claims: { [claim]: value } }), 'MOT_UNAUTHORIZED', `${claim}: ${String(value)}`)
  }
  await refused(await ap.issue({ role: 'service', service: 'dsm', sid: 'service:ap' }), 'MOT_UNAUTHORIZED', 'a service that contradicts itself')
  for (const text of ['', 'x', 'a.b.c', `${'a'.repeat(5_000)}.b.c`]) await refused(text, 'MOT_UNAUTHORIZED', 'no token')
  const good = await ap.issue({ role: 'producer' })
  await refused(good.slice(0, -4) + (good.endsWith('AAAA') ? 'BBBB' : 'AAAA'), 'MOT_UNAUTHORIZED', 'another signature')
})

t.test('a token that was verified before expires all the same', async t => {
  let now = Date.now()
  const { ap, authenticator } = await build(t, () => now)
  const token = await ap.issue({ role: 'producer', expiresInSecs: 60 })
  const { expiresAt } = await authenticator.verify(token)
  now = expiresAt - 1
  t.equal((await authenticator.verify(token)).userId, 1)
  now = expiresAt
  await t.rejects(authenticator.verify(token), { code: 'MOT_TOKEN_EXPIRED' })
})

t.test('AP being down hurts only who needs it', async t => {
  const { ap, authenticator } = await build(t)
  const [known, other] = [await ap.issue({ role: 'producer' }), await ap.issue({ role: 'consumer' })]
  await ap.stop()
  await t.rejects(authenticator.verify(known), { code: 'MOT_UNAVAILABLE', retryAfterSecs: 1 }, 'no keys yet')
  await t.rejects(authenticator.ready(), { code: 'MOT_UNAVAILABLE' })
  await ap.start()
  await waitFor(async () => await authenticator.verify(known), { what: 'the keys' })
  await ap.stop()
  t.equal((await authenticator.verify(other)).role, 'consumer', 'with the keys that are known')
  await authenticator.ready()
})

t.test('a new key is fetched for an unknown kid, and not for every forged one', async t => {
  const { ap, authenticator } = await build(t)
  await authenticator.verify(await ap.issue({ role: 'producer' }))
  await ap.signer.rotate()
  const token = await ap.issue({ role: 'consumer' })
  let tries = 0
  const identity = await waitFor(async () => {
    tries++
    return await Promise.any(Array.from({ length: 20 }, async () => await authenticator.verify(token)))
  }, { what: 'the new key' })
  t.equal(identity.role, 'consumer')
  t.equal(ap.calls('/.well-known/jwks.json'), 2, `one fetch in ${tries * 20} tries: the cooldown holds`)
})
