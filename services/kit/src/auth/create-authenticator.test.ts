import { fastify } from 'fastify'
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { createMemoryBroker } from '@motience/broker'
import { fakeAp, forgedTokens, waitFor } from '@motience/testing'
import { createAuthenticator, createServiceTokens } from './index.js'

const build = async (t: Test, now?: () => number) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const authenticator = createAuthenticator({ apUrl: ap.url, broker, tokens, ...(now === undefined ? {} : { now }) })
  await authenticator.register?.(fastify())
  t.teardown(async () => {
    await authenticator.close()
    await broker.close()
  })
  return { ap, broker, authenticator }
}

t.test('a good token tells whose it is', async t => {
  const { ap, authenticator } = await build(t)
  const sid = randomUUID()
  const identity = await authenticator.verify(
    await ap.issue({ role: 'producer', userId: 7, sid, username: 'pi', deviceId: 'kitchen' })
  )
  t.match(identity, { userId: 7, role: 'producer', sid, username: 'pi', deviceId: 'kitchen', service: null })
  t.ok(identity.expiresAt > Date.now())
  t.match(await authenticator.verify(await ap.issue({ role: 'service', service: 'dsm' })), {
    userId: 0,
    role: 'service',
    sid: 'service:dsm',
    service: 'dsm'
  })
  t.equal(ap.calls('/.well-known/jwks.json'), 1, 'the keys are fetched once')
  t.equal(ap.calls('/api/auth/verify'), 0, 'AP is not asked')
})

t.test('what is not a good token is refused', async t => {
  const { ap, authenticator } = await build(t)
  const refused = async (token: string, code: string, what: string) => {
    await t.rejects(authenticator.verify(token), { code }, what)
  }
  await refused(await ap.issue({ role: 'producer', expiresInSecs: -10 }), 'MOT_TOKEN_EXPIRED', 'expired')
  await refused(await ap.signer.forge({ role: 'producer' }), 'MOT_UNAUTHORIZED', 'forged')
  await refused(await ap.issue({ role: 'producer', typ: 'JWT' }), 'MOT_UNAUTHORIZED', 'a JWT of another type')
  const good = await ap.issue({ role: 'producer' })
  const forged = forgedTokens(good, ap.signer.privateKey)
  for (const [what, token] of Object.entries(forged)) await refused(token, 'MOT_UNAUTHORIZED', what)
  for (const text of ['', `${'a'.repeat(5_000)}.b.c`, `${good}\n`]) await refused(text, 'MOT_UNAUTHORIZED', 'no token')
})

t.test('a good token that was verified lends nothing to another text of it', async t => {
  const { ap, authenticator } = await build(t)
  const good = await ap.issue({ role: 'producer' })
  await authenticator.verify(good)
  for (const [what, token] of Object.entries(forgedTokens(good, ap.signer.privateKey))) {
    await t.rejects(authenticator.verify(token), { code: 'MOT_UNAUTHORIZED' }, what)
  }
  t.equal((await authenticator.verify(good)).role, 'producer')
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
