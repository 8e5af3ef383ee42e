import { databaseKinds } from '@motience/testing'
import type { Claim, Claimed } from '@motience/schemas'
import t from 'tap'
import { CLAIM_MS, MAX_CLAIMS } from '../src/devices/claims.js'
import { call, createTestClock, newUser, testAp, testSettings, testStores, verify } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const clock = createTestClock()
    const app = await testAp(t, { ...stores, clock })
    const createClaim = async (token: string, body: object = {}) =>
      await call<Claim>(app, 'POST /api/devices/claims', { token, body })
    const claim = async (code: string, name?: string) =>
      await call<Claimed & { code?: string }>(app, 'POST /api/devices/claim', { body: { code, ...name && { name } } })

    t.test('a code is traded for a device and its key, once', async t => {
      const owner = await newUser(app)
      const made = await createClaim(owner.access_token)
      t.equal(made.status, 201)
      t.match(made.body.code, /^[2-9A-HJKMNP-Z]{8}$/)
      t.equal(made.body.expires_at, new Date(clock() + CLAIM_MS).toISOString())
      const { code } = made.body
      const claimed = await claim(`${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`, 'pi')
      t.match(claimed, { status: 201, body: { device: { name: 'pi' }, producer_id: owner.user_id } })
      t.same(await verify(app, claimed.body.key), [200, undefined])
      t.match(await claim(code, 'pi'), { status: 404, body: { code: 'MOT_AP_CLAIM_INVALID' } })
      t.notMatch(JSON.stringify(await stores.database.sql`SELECT encode(code_hash, 'escape') FROM ap.claims`), code)
    })

    t.test('a code of n uses makes exactly n devices, with names of their own, however many try at once', async t => {
      const owner = await newUser(app)
      const { body: { code } } = await createClaim(owner.access_token, { name: 'greenhouse', uses: 20 })
      const answers = await Promise.all(Array.from({ length: 40 }, async () => await claim(code, 'pi')))
      const good = answers.filter(({ status }) => status === 201)
      t.equal(good.length, 20)
      t.ok(answers.every(({ status, body }) => status === 201 || body.code === 'MOT_AP_CLAIM_INVALID'))
      const names = new Set(good.map(({ body }) => body.device.name))
      t.equal(names.size, 20)
      t.ok([...names].every(name => /^greenhouse-\d+$/.test(name)))
    })

    t.test('a proposed name that is taken gets an ending', async t => {
      const owner = await newUser(app)
      const { body: { code } } = await createClaim(owner.access_token, { uses: 3 })
      const names = [await claim(code, 'pi'), await claim(code, 'pi'), await claim(code)].map(
        ({ body }) => body.device.name
      )
      t.same(names, ['pi', 'pi-2', 'device'])
    })

    t.test('a code expires, and that of a disabled user is void', async t => {
      const owner = await newUser(app)
      const { body: { code } } = await createClaim(owner.access_token)
      clock.pass(CLAIM_MS)
      t.equal((await claim(code)).status, 404)
      const { body: later } = await createClaim(owner.access_token)
      await stores.database.sql`UPDATE ap.users SET disabled_at = now() WHERE id = ${owner.user_id}`
      t.equal((await claim(later.code)).status, 404)
    })

    t.test('a claim that fails uses nothing up', async t => {
      const few = await testAp(t, { ...stores, clock, settings: { ...testSettings, maxDevices: 1 } })
      const owner = await newUser(app)
      const { body: { code } } = await createClaim(owner.access_token, { uses: 2 })
      t.equal((await call(few, 'POST /api/devices/claim', { body: { code } })).status, 201)
      t.match(await call(few, 'POST /api/devices/claim', { body: { code } }), {
        status: 409, body: { code: 'MOT_AP_TOO_MANY_DEVICES' }
      })
      t.equal((await claim(code)).status, 201, 'where there is room, it can still be used')
    })

    t.test('guesses are limited by address, and codes by user', async t => {
      const limited = await testAp(t, { ...stores, clock, settings: { ...testSettings, claimRate: 3 } })
      for (let n = 0; n < 3; n++) {
        t.equal((await call(limited, 'POST /api/devices/claim', { body: { code: 'AAAAAAAA' } })).status, 404)
      }
      t.equal((await call(limited, 'POST /api/devices/claim', { body: { code: 'AAAAAAAA' } })).status, 429)
      const owner = await newUser(app)
      for (let n = 0; n < MAX_CLAIMS; n++) t.equal((await createClaim(owner.access_token)).status, 201)
      t.match(await createClaim(owner.access_token), { status: 409, body: { code: 'MOT_AP_TOO_MANY_CLAIMS' } })
      t.equal((await createClaim((await newUser(app, 'consumer')).access_token)).status, 403)
    })
  })
}
