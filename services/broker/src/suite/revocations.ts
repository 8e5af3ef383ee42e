import type { Test } from 'tap'
import type { Revocation } from '../broker.js'
import { newId, type OpenBroker, range } from './fixtures.js'

const inAnHour = Math.floor(Date.now()) + 3_600_000

const sessionOf = (sid: string, expiresAt = inAnHour): Revocation => ({ kind: 'session', sid, expiresAt })
const userOf = (userId: number, expiresAt = inAnHour): Revocation => ({ kind: 'user', userId, expiresAt })

/** Revocations in force. */
export const revocationsSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('revocations are kept until their tokens expire, and are complete once all were written', async t => {
    const broker = await open()
    const user = newId()
    const sid = `sid:${user}`
    const mine = async () =>
      (await broker.revocations()).items
        .filter(one => (one.kind === 'user' ? one.userId >= user && one.userId < user + 5 : one.sid.startsWith(sid)))
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

    t.equal((await broker.revocations()).complete, false, 'not all of them were written')
    await broker.revoke([sessionOf(sid), userOf(user), sessionOf(`${sid}-past`, Date.now() - 1)])
    t.same(await mine(), [sessionOf(sid), userOf(user)])
    await broker.revoke([sessionOf(sid, inAnHour - 5), userOf(user, inAnHour + 5)])
    t.same(await mine(), [sessionOf(sid), userOf(user, inAnHour + 5)], 'the later expiry counts')
    await broker.restoreUser(user)
    t.same(await mine(), [sessionOf(sid)])

    await broker.revoke([userOf(user + 1)])
    await broker.replaceRevocations([userOf(user + 2), sessionOf(`${sid}-b`)])
    t.equal((await broker.revocations()).complete, true)
    t.same(
      await mine(),
      [sessionOf(sid), sessionOf(`${sid}-b`), userOf(user + 2)].toSorted((a, b) =>
        JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
      ),
      'a session revoked meanwhile stays revoked, a user that is not included does not'
    )
    await broker.replaceRevocations([])
    t.match(await mine(), [{ sid }, { sid: `${sid}-b` }])
    t.equal((await broker.revocations()).complete, true)
  })

  t.test('many revocations are written in parts', async t => {
    const broker = await open()
    const sid = `many:${newId()}`
    await broker.replaceRevocations(range(1, 2500).map(n => sessionOf(`${sid}:${n}`)))
    const { complete, items } = await broker.revocations()
    t.equal(complete, true)
    t.equal(items.filter(one => one.kind === 'session' && one.sid.startsWith(sid)).length, 2500)
  })
}
