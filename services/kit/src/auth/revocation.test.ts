import type { ControlEvent } from '@motience/schemas'
import { randomUUID } from 'node:crypto'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { createMemoryBroker, type Broker, type ConnectionState, type Revocation } from '@motience/broker'
import { fakeAp, waitFor } from '@motience/testing'
import { createAuthenticator, createServiceTokens, type Revoked } from './index.js'

const inAnHour = (): number => Date.now() + 3_600_000
const iso = (ms: number): string => new Date(ms).toISOString()

const sessionRevoked = (sid: string, userId = 1): ControlEvent =>
  ({ type: 'session-revoked', sid, user_id: userId, reason: 'logout', expires_at: iso(inAnHour()) })

/** A broker whose link can be cut, and whose list can be held back. */
const cuttable = (inner: Broker) => {
  const handlers = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = 'up'
  let held: Promise<void> = Promise.resolve()
  const broker = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'connection') return state
      if (name === 'onConnection') {
        return (handler: (state: ConnectionState) => void) => {
          handlers.add(handler)
          return () => { handlers.delete(handler) }
        }
      }
      if (name === 'revocations') {
        return async () => {
          const list = await target.revocations()
          await held
          return list
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) as unknown : value
    }
  })
  return {
    broker,
    set: (to: ConnectionState) => {
      state = to
      for (const handler of handlers) handler(to)
    },
    /** Holds lists that were read until the returned function is called. */
    hold: () => {
      let release = (): void => {}
      held = new Promise(resolve => { release = resolve })
      return release
    }
  }
}

const build = async (t: Test, revocations: Revocation[] | null = []) => {
  const ap = await fakeAp(t)
  const inner = createMemoryBroker()
  if (revocations !== null) await inner.replaceRevocations(revocations)
  const link = cuttable(inner)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'dsm', secret: ap.secret })
  const authenticator = createAuthenticator({ apUrl: ap.url, broker: link.broker, tokens })
  await authenticator.register?.(fastify())
  const told: Revoked[] = []
  authenticator.onRevoked(revoked => { told.push(revoked) })
  t.teardown(async () => {
    await authenticator.close()
    await inner.close()
  })
  return { ap, broker: inner, link, authenticator, told }
}

t.test('what is revoked at the start, and what is later', async t => {
  const [before, later, kept] = [randomUUID(), randomUUID(), randomUUID()]
  const { ap, broker, authenticator, told } = await build(t, [
    { kind: 'session', sid: before, expiresAt: inAnHour() },
    { kind: 'user', userId: 9, expiresAt: inAnHour() }
  ])
  const token = async (sid: string, userId = 1) => await ap.issue({ role: 'producer', sid, userId })
  await t.rejects(authenticator.verify(await token(before)), { code: 'MOT_TOKEN_REVOKED' })
  await t.rejects(authenticator.verify(await token(randomUUID(), 9)), { code: 'MOT_TOKEN_REVOKED' })

  const live = await token(later)
  await authenticator.verify(live)
  await broker.revoke([{ kind: 'session', sid: later, expiresAt: inAnHour() }])
  await broker.publishControl(sessionRevoked(later))
  await t.rejects(authenticator.verify(live), { code: 'MOT_TOKEN_REVOKED' }, 'though it was verified before')
  t.match(told.at(-1), { sid: later, reason: 'revoked' })

  const user = await token(kept, 5)
  await broker.publishControl({ type: 'user-disabled', user_id: 5, expires_at: iso(inAnHour()) })
  t.strictSame(told.at(-1), { userId: 5, reason: 'disabled' })
  await t.rejects(authenticator.verify(user), { code: 'MOT_TOKEN_REVOKED' })
  await broker.publishControl({ type: 'user-enabled', user_id: 5 })
  t.equal((await authenticator.verify(user)).userId, 5)
})

t.test('while the link is down AP is asked, seldom for the same token', async t => {
  const { ap, link, authenticator } = await build(t)
  const sid = randomUUID()
  const token = await ap.issue({ role: 'producer', sid })
  await authenticator.verify(token)
  t.equal(ap.calls('/api/auth/verify'), 0)

  link.set('down')
  await Promise.all(Array.from({ length: 50 }, async () => { await authenticator.verify(token) }))
  t.ok(ap.calls('/api/auth/verify') <= 2, 'calls at the same time share an answer')
  ap.revoke(sid)
  await waitFor(
    async () =>
      await authenticator.verify(token).then(
        () => false,
        (error: { code: string }) => error.code === 'MOT_TOKEN_REVOKED'
      ),
    { timeoutMs: 5_000, what: 'the kept answer to grow old' }
  )

  const asked = ap.calls('/api/auth/verify')
  t.equal((await authenticator.verify(await ap.issue({ role: 'service', service: 'wss1' }))).service, 'wss1')
  t.equal(ap.calls('/api/auth/verify'), asked, 'a service is not asked about')

  const other = await ap.issue({ role: 'producer', userId: 2 })
  await ap.stop()
  await t.rejects(authenticator.verify(other), { code: 'MOT_UNAVAILABLE', retryAfterSecs: 1 })
})

t.test('what was revoked while the link was down is known when it is back, and told', async t => {
  const { ap, broker, link, authenticator, told } = await build(t)
  const sid = randomUUID()
  const token = await ap.issue({ role: 'producer', sid })
  await authenticator.verify(token)
  link.set('down')
  await broker.revoke([{ kind: 'session', sid, expiresAt: inAnHour() }])
  t.equal(told.length, 0)
  link.set('up')
  await waitFor(() => told.length > 0, { what: 'the revocation to be told' })
  t.strictSame(told, [{ sid, reason: 'revoked' }])
  const asked = ap.calls('/api/auth/verify')
  await t.rejects(authenticator.verify(token), { code: 'MOT_TOKEN_REVOKED' })
  t.equal(ap.calls('/api/auth/verify'), asked)
})

t.test('an event that comes while the list is loaded is not lost', async t => {
  const { ap, broker, link, authenticator } = await build(t)
  const sid = randomUUID()
  const token = await ap.issue({ role: 'producer', sid, userId: 3 })
  const release = link.hold()
  link.set('down')
  link.set('up')
  await broker.publishControl(sessionRevoked(sid, 3))
  release()
  await waitFor(async () => {
    const asked = ap.calls('/api/auth/verify')
    await authenticator.verify(await ap.issue({ role: 'producer', userId: 4 }))
    return ap.calls('/api/auth/verify') === asked
  }, { what: 'the list to be complete' })
  await t.rejects(authenticator.verify(token), { code: 'MOT_TOKEN_REVOKED' })
})

t.test('until AP has given the whole list it is asked', async t => {
  const { ap, broker, authenticator } = await build(t, null)
  const token = await ap.issue({ role: 'producer' })
  await authenticator.verify(token)
  t.equal(ap.calls('/api/auth/verify'), 1)
  await broker.replaceRevocations([])
  await waitFor(async () => {
    const asked = ap.calls('/api/auth/verify')
    await authenticator.verify(await ap.issue({ role: 'producer' }))
    return ap.calls('/api/auth/verify') === asked
  }, { what: 'the list to be loaded again' })
})

t.test('who has ended listening is told no more', async t => {
  const { broker, authenticator } = await build(t)
  const told: Revoked[] = []
  const end = authenticator.onRevoked(revoked => { told.push(revoked) })
  await broker.publishControl(sessionRevoked('a'))
  end()
  await broker.publishControl(sessionRevoked('b'))
  t.strictSame(told.map(({ sid }) => sid), ['a'])
})
