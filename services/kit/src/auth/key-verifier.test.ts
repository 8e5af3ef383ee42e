import { fastify } from 'fastify'
import { createMemoryBroker } from '@motience/broker'
import { fakeAp } from '@motience/testing'
import t, { type Test } from 'tap'
import { createInternalCaller } from '../http/internal-call.js'
import { createAskKeys, MAX_WAITING_PER_ID } from './ask-keys.js'
import { createAuthenticator, createServiceTokens, parseKey } from './index.js'
import { createKeyVerifier } from './key-verifier.js'

const VERIFY = '/api/keys/verify'

const build = async (t: Test) => {
  const ap = await fakeAp(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const authenticator = createAuthenticator({ apUrl: ap.url, broker, tokens })
  await authenticator.register?.(fastify())
  t.teardown(async () => {
    await authenticator.close()
    tokens.close()
    await broker.close()
  })
  const revoke = async (sid: string, userId: number) => {
    const expiresAt = Date.now() + 3_600_000
    ap.revoke(sid)
    await broker.revoke([{ kind: 'session', sid, expiresAt }])
    await broker.publishControl({
      type: 'session-revoked', sid, user_id: userId, reason: 'revoked', expires_at: new Date(expiresAt).toISOString()
    })
  }
  return { ap, broker, authenticator, revoke }
}

const wrongKey = (n: number) => `mot_d_${String(n).padStart(12, '0')}_${'x'.repeat(43)}`

t.test('a device key is its owner, as that device, with one call for any number of uses', async t => {
  const { ap, authenticator } = await build(t)
  const { text, sid } = ap.addKey({ userId: 7, device: 'attic' })
  for (let n = 0; n < 100; n++) await authenticator.verify(text)
  t.match(await authenticator.verify(text), {
    userId: 7, role: 'producer', sid, deviceId: 'attic', deviceOnly: true, scopes: ['data:write'], service: null
  })
  t.equal(ap.calls(VERIFY), 1)
  const api = ap.addKey({ userId: 8, role: 'consumer', scopes: ['data:read', 'subscriptions'] })
  t.match(await authenticator.verify(api.text), {
    userId: 8, role: 'consumer', deviceOnly: false, scopes: ['data:read', 'subscriptions']
  })
})

t.test('thousands of keys at once are a few calls', async t => {
  const { ap, authenticator } = await build(t)
  const keys = Array.from({ length: 5_000 }, (_, n) => ap.addKey({ userId: 7, device: `d-${n}` }).text)
  const identities = await Promise.all(keys.map(async key => await authenticator.verify(key)))
  t.ok(identities.every(({ deviceId }, n) => deviceId === `d-${n}`))
  t.ok(ap.calls(VERIFY) <= 25, `${ap.calls(VERIFY)} calls`)
})

t.test('a flood of wrong keys is bounded towards AP, and a good key gets through it', async t => {
  const { ap, authenticator } = await build(t)
  const { text } = ap.addKey({ userId: 7, device: 'attic' })
  const refusals = Array.from({ length: 5_000 }, async (_, n) => {
    await t.rejects(authenticator.verify(wrongKey(n)), { code: 'MOT_UNAUTHORIZED' })
  })
  t.equal((await authenticator.verify(text)).deviceId, 'attic')
  await Promise.all(refusals)
  t.ok(ap.calls(VERIFY) <= 25, `${ap.calls(VERIFY)} calls`)
  const before = ap.calls(VERIFY)
  for (let n = 0; n < 50; n++) await t.rejects(authenticator.verify(wrongKey(4_999)), { code: 'MOT_UNAUTHORIZED' })
  t.ok(ap.calls(VERIFY) <= before + 1, 'the same wrong key is remembered for a while')
  for (const malformed of ['mot_', 'mot_d_x_y', `${text}a`, text.slice(0, -1), 'mot_x_000000000000_abc']) {
    await t.rejects(authenticator.verify(malformed), { code: 'MOT_UNAUTHORIZED' })
  }
  t.ok(ap.calls(VERIFY) <= before + 1, 'what can be no key is not asked about')
})

t.test('guesses at one key wait for each other, and for no other key', async t => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const caller = createInternalCaller({ name: 'AP', url: ap.url, tokens, connections: 1 })
  t.teardown(async () => {
    tokens.close()
    await caller.close()
  })
  const ask = createAskKeys(caller)
  const guesses = Array.from({ length: 100 }, (_, n) =>
    parseKey(`mot_d_aaaaaaaaaaaa_${String(n).padStart(43, 'g')}`)!)
  const results = await Promise.allSettled(guesses.map(async guess => await ask(guess)))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, MAX_WAITING_PER_ID)
  t.match(results.at(-1), { status: 'rejected', reason: { code: 'MOT_RATE_LIMITED' } })
  t.match(await ask(guesses[50]!), { code: 'MOT_UNAUTHORIZED' }, 'and can be tried later')
})

t.test('a revocation is seen at once, and told', async t => {
  const { ap, authenticator, revoke } = await build(t)
  const { text, sid } = ap.addKey({ userId: 7, device: 'attic' })
  await authenticator.verify(text)
  const told: unknown[] = []
  authenticator.onRevoked(revoked => { told.push(revoked) })
  await revoke(sid, 7)
  await t.rejects(authenticator.verify(text), { code: 'MOT_TOKEN_REVOKED' })
  t.match(told, [{ sid, userId: 7, reason: 'revoked' }])
})

t.test(
  "without AP, a remembered key works while the revocations are complete; an unknown one can't be told",
  async t => {
    const { ap, authenticator, revoke } = await build(t)
    const known = ap.addKey({ userId: 7, device: 'attic' })
    const other = ap.addKey({ userId: 7, device: 'cellar' })
    const revoked = ap.addKey({ userId: 7, device: 'shed' })
    await authenticator.verify(known.text)
    await authenticator.verify(revoked.text)
    await ap.stop()
    t.equal((await authenticator.verify(known.text)).deviceId, 'attic')
    await t.rejects(authenticator.verify(other.text), { code: 'MOT_UNAVAILABLE' })
    await revoke(revoked.sid, 7)
    await t.rejects(
      authenticator.verify(revoked.text),
      { code: 'MOT_UNAVAILABLE' },
      'a revoked one has to be asked about'
    )
    await ap.start()
    t.equal((await authenticator.verify(other.text)).deviceId, 'cellar')
  }
)

t.test('by the clock', async t => {
  const clock = { now: 1_000_000, steady: 0 }
  const list = { complete: true, has: () => false }
  let answer: 'good' | 'down' | 'revoked' = 'good'
  let asked = 0
  const verify = createKeyVerifier({
    ask: async () => {
      asked++
      if (answer === 'down') {
        const { ProblemError } = await import('../service/problem-error.js')
        throw new ProblemError('MOT_UNAVAILABLE')
      }
      if (answer === 'revoked') return { code: 'MOT_TOKEN_REVOKED' }
      return {
        sid: 'key:000000000001:0',
        user: { id: 7, username: 'ann', role: 'producer', device_id: null, created_at: '' },
        key: { id: '000000000001', kind: 'device', scopes: ['data:write'], device_id: 'd' },
        expires_at: new Date(clock.now + 3_600_000).toISOString()
      }
    },
    revocations: list,
    now: () => clock.now,
    steady: () => clock.steady
  })
  const pass = (ms: number) => {
    clock.now += ms
    clock.steady += ms
  }
  const key = wrongKey(1)
  await verify(key)
  pass(299_000)
  await verify(key)
  t.equal(asked, 1)
  pass(2_000)
  await verify(key)
  t.equal(asked, 2, 'it is asked about again after five minutes')
  pass(301_000)
  answer = 'down'
  await verify(key)
  list.complete = false
  await t.rejects(verify(key), { code: 'MOT_UNAVAILABLE' }, 'not where a revocation may have been missed')
  list.complete = true
  pass(3_600_000)
  await t.rejects(verify(key), { code: 'MOT_UNAVAILABLE' }, 'no answer is believed beyond its expiry')
  answer = 'good'
  list.complete = false
  asked = 0
  for (let n = 0; n < 10; n++) await verify(key)
  t.equal(asked, 1, 'while the revocations are incomplete, once a second')
  pass(1_000)
  await verify(key)
  t.equal(asked, 2)
  answer = 'revoked'
  pass(1_000)
  await t.rejects(verify(key), { code: 'MOT_TOKEN_REVOKED' })
  list.complete = true
  answer = 'good'
  await t.rejects(verify(key), { code: 'MOT_TOKEN_REVOKED' }, 'and is not remembered as good')
  pass(1_000)
  await verify(key)
})
