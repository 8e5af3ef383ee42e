import { databaseKinds, waitFor } from '@motience/testing'
import type { CreatedDevice, CreatedDeviceKey, Device, DeviceWithKeys } from '@motience/schemas'
import t from 'tap'
import { createAdmin } from '../src/users/create-admin.js'
import {
  call, createTestClock, newName, newUser, PASSWORD, signIn, testAp, testSettings, testStores, verify
} from './test-ap.js'

interface DevicePage { items: Device[], next_cursor: string | null }

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const clock = createTestClock()
    const app = await testAp(t, { ...stores, clock, settings: { ...testSettings, maxDevices: 8 } })
    const events: string[] = []
    stores.broker.onControl(event => { if (event.type === 'session-revoked') events.push(event.sid) })
    const producer = async () => (await newUser(app)).access_token
    const create = async (token: string, name: string, labels?: Record<string, string>) =>
      (await call<CreatedDevice>(app, 'POST /api/devices', { token, body: { name, ...labels && { labels } } })).body

    t.test('a device is created with a key that is shown once and works as that device', async t => {
      const owner = await newUser(app)
      const { status, body: { device, key }, headers } = await call<CreatedDevice>(app, 'POST /api/devices', {
        token: owner.access_token, body: { name: 'attic', labels: { room: 'attic' } }
      })
      t.equal(status, 201)
      t.equal(headers['cache-control'], 'no-store')
      t.match(key, /^mot_d_[a-z0-9]{12}_[A-Za-z0-9]{43}$/)
      t.match(device, {
        name: 'attic',
        labels: { room: 'attic' },
        last_seen_at: null,
        connected: false,
        disabled: false
      })
      const verified = await call(app, 'POST /api/auth/verify', { body: { token: key } })
      t.match(verified, {
        status: 200,
        body: {
          valid: true,
          user: { id: owner.user_id },
          key: { kind: 'device', scopes: ['data:write'], device_id: 'attic' }
        }
      })
      t.equal((await call(app, 'GET /api/auth/verify', { token: key })).status, 200)
      const one = await call<DeviceWithKeys>(app, `GET /api/devices/${device.id}`, { token: owner.access_token })
      t.equal(one.body.keys.length, 1)
      t.ok(key.includes(one.body.keys[0]!.id))
      t.ok(one.body.keys[0]!.last_used_at, 'the verification counts as use')
      const dump = JSON.stringify([
        await stores.database.sql`SELECT * FROM ap.keys`, await stores.database.sql`SELECT * FROM ap.devices`
      ])
      t.notMatch(dump, key.split('_')[3]!, 'the secret is stored nowhere')
    })

    t.test('names are unique within an account only', async t => {
      const [one, other] = [await producer(), await producer()]
      await create(one, 'pump')
      t.match(await call(app, 'POST /api/devices', { token: one, body: { name: 'pump' } }), {
        status: 409, body: { code: 'MOT_AP_DEVICE_EXISTS' }
      })
      const { device } = await create(one, 'fan')
      t.match(await call(app, `PATCH /api/devices/${device.id}`, { token: one, body: { name: 'pump' } }), {
        status: 409, body: { code: 'MOT_AP_DEVICE_EXISTS' }
      })
      t.match(await create(other, 'pump'), { device: { name: 'pump' } })
    })

    t.test('devices are listed by name, label and state, in pages', async t => {
      const token = await producer()
      await create(token, 'pump-1', { room: 'cellar' })
      await create(token, 'pump-2', { room: 'attic', floor: '2' })
      const { device: fan } = await create(token, 'fan')
      await call(app, `PATCH /api/devices/${fan.id}`, { token, body: { disabled: true } })
      const names = async (query: string) => {
        const { body } = await call<DevicePage>(app, `GET /api/devices?${query}`, { token })
        return body.items.map(({ name }) => name)
      }
      t.same(await names(''), ['pump-1', 'pump-2', 'fan'])
      t.same(await names('q=MP'), ['pump-1', 'pump-2'])
      t.same(await names('q=%25'), [])
      t.same(await names('label=room'), ['pump-1', 'pump-2'])
      t.same(await names('label=room%3Dattic'), ['pump-2'])
      t.same(await names('state=disabled'), ['fan'])
      t.same(await names('state=disconnected'), ['pump-1', 'pump-2'])
      t.same(await names('state=connected'), [])
      const first = await call<DevicePage>(app, 'GET /api/devices?limit=2', { token })
      t.same(first.body.items.map(({ name }) => name), ['pump-1', 'pump-2'])
      t.same(await names(`limit=2&cursor=${first.body.next_cursor}`), ['fan'])
      t.equal((await call(app, 'GET /api/devices?cursor=x', { token })).status, 400)
      for (const a of ['\0', '\ud800', 'a\nb']) {
        const body = { name: 'bad', labels: { a } }
        t.match(await call(app, 'POST /api/devices', { token, body }), {
          status: 400,
          body: { errors: [{ path: '/labels/a' }] }
        })
      }
      t.equal((await call(app, 'DELETE /api/devices/1/keys/%00', { token })).status, 400)
    })

    t.test('nobody else sees or changes a device, but an administrator does', async t => {
      const [owner, stranger] = [await newUser(app), await producer()]
      const { device } = await create(owner.access_token, 'own')
      for (const route of ['GET', 'DELETE'] as const) {
        t.equal((await call(app, `${route} /api/devices/${device.id}`, { token: stranger })).status, 404)
      }
      t.equal(
        (await call(app, `PATCH /api/devices/${device.id}`, { token: stranger, body: { name: 'x' } })).status,
        404
      )
      t.equal((await call(app, `POST /api/devices/${device.id}/keys`, { token: stranger })).status, 404)
      const consumer = (await newUser(app, 'consumer')).access_token
      t.equal((await call(app, 'GET /api/devices', { token: consumer })).status, 403)
      const name = newName()
      await createAdmin(stores.database.sql, name, PASSWORD)
      const admin = (await signIn(app, name)).access_token
      t.match(await call(app, `GET /api/devices?user_id=${owner.user_id}`, { token: admin }), {
        body: { items: [{ id: device.id }] }
      })
      t.equal(
        (await call(app, `PATCH /api/devices/${device.id}`, { token: admin, body: { disabled: true } })).status,
        200
      )
    })

    t.test('a second key replaces the first; a revoked one is out', async t => {
      const token = await producer()
      const { device, key } = await create(token, 'rotating')
      const second = await call<CreatedDeviceKey>(app, `POST /api/devices/${device.id}/keys`, { token })
      t.equal(second.status, 201)
      t.match(await call(app, `POST /api/devices/${device.id}/keys`, { token }), {
        status: 409, body: { code: 'MOT_AP_TOO_MANY_KEYS' }
      })
      const id = key.split('_')[2]!
      t.equal((await call(app, `DELETE /api/devices/${device.id}/keys/${id}`, { token })).status, 204)
      t.same(await verify(app, key), [401, 'MOT_TOKEN_REVOKED'])
      t.same(await verify(app, second.body.key), [200, undefined])
      t.ok(events.includes(`key:${id}:0`), 'it is published')
      t.ok(
        (await stores.broker.revocations()).items.some(item => item.kind === 'session' && item.sid === `key:${id}:0`)
      )
      t.equal((await call(app, `DELETE /api/devices/${device.id}/keys/${id}`, { token })).status, 204, 'again')
      t.equal((await call(app, `DELETE /api/devices/${device.id}/keys/abcdefghijkl`, { token })).status, 404)
    })

    t.test(
      'renaming and disabling void what is remembered of a key, and it works again as what it is then',
      async t => {
        const token = await producer()
        const { device, key } = await create(token, 'before')
        const id = key.split('_')[2]!
        await call(app, `PATCH /api/devices/${device.id}`, { token, body: { name: 'after', labels: { a: 'b' } } })
        t.ok(events.includes(`key:${id}:0`))
        t.match(await call(app, 'POST /api/auth/verify', { body: { token: key } }), {
          body: { key: { device_id: 'after' } }
        })
        await call(app, `PATCH /api/devices/${device.id}`, { token, body: { disabled: true } })
        t.ok(events.includes(`key:${id}:1`))
        t.same(await verify(app, key), [401, 'MOT_TOKEN_REVOKED'])
        const enabled = await call<Device>(app, `PATCH /api/devices/${device.id}`, { token, body: { disabled: false } })
        t.match(enabled.body, { name: 'after', labels: { a: 'b' }, disabled: false })
        t.same(await verify(app, key), [200, undefined])
        const before = events.length
        await call(app, `PATCH /api/devices/${device.id}`, { token, body: { labels: {}, name: 'after' } })
        t.equal(events.length, before, 'labels do not')
      }
    )

    t.test('a deleted device is gone, and its keys with it', async t => {
      const token = await producer()
      const { device, key } = await create(token, 'gone')
      t.equal((await call(app, `DELETE /api/devices/${device.id}`, { token })).status, 204)
      t.same(await verify(app, key), [401, 'MOT_UNAUTHORIZED'])
      t.ok(events.includes(`key:${key.split('_')[2]}:0`))
      t.equal((await call(app, `GET /api/devices/${device.id}`, { token })).status, 404)
      t.match(await create(token, 'gone'), { device: { name: 'gone' } }, 'the name is free')
    })

    t.test('an account has so many devices, however many calls come at once', async t => {
      const token = await producer()
      const answers = await Promise.all(Array.from({ length: 12 }, async (_, n) =>
        await call(app, 'POST /api/devices', { token, body: { name: `d-${n}` } })))
      t.equal(answers.filter(({ status }) => status === 201).length, 8)
      t.ok(answers.every(({ status, body }) => status === 201 || body['code'] === 'MOT_AP_TOO_MANY_DEVICES'))
    })

    t.test('wrong and malformed keys are refused', async t => {
      const { key } = await create(await producer(), 'real')
      const [, , id, secret] = key.split('_')
      const changed = `${secret!.slice(0, -1)}${secret!.endsWith('a') ? 'b' : 'a'}`
      for (const wrong of [
        `mot_d_${id}_${changed}`,
        `mot_k_${id}_${secret}`,
        `mot_d_zzzzzzzzzzzz_${secret}`,
        `mot_d_${id}_`,
        'mot_',
        `${key}x`
      ]) { t.same(await verify(app, wrong), [401, 'MOT_UNAUTHORIZED'], wrong.slice(0, 8)) }
    })

    t.test('the key of a disabled user is out, and back with the user', async t => {
      const owner = await newUser(app)
      const { key } = await create(owner.access_token, 'theirs')
      const name = newName()
      await createAdmin(stores.database.sql, name, PASSWORD)
      const admin = (await signIn(app, name)).access_token
      await call(app, `POST /api/users/${owner.user_id}/disable`, { token: admin })
      t.same(await verify(app, key), [401, 'MOT_TOKEN_REVOKED'])
      const { items } = await stores.broker.revocations()
      const revoked = items.find(item => item.kind === 'user' && item.userId === owner.user_id)
      t.ok(revoked!.expiresAt >= clock() + 24 * 3_600_000, 'as long as anybody may remember the key')
      await call(app, `POST /api/users/${owner.user_id}/enable`, { token: admin })
      t.same(await verify(app, key), [200, undefined])
    })

    t.test('what services report shows who was seen and who is connected', async t => {
      const token = await producer()
      const { device, key } = await create(token, 'seen')
      const sid = `key:${key.split('_')[2]}:0`
      const service = (await call<{ access_token: string }>(app, 'POST /api/auth/service-token', {
        body: { service: 'wss1', secret: testSettings.serviceSecret }
      })).body.access_token
      const instance = '1c9d0f6e-52c1-4f0e-9f8b-6a7d1b2c3e4f'
      const report = async (rest: object) => (await call<{ known: boolean }>(app, 'POST /api/devices/report', {
        token: service, body: { instance, seen: [], opened: [], closed: [], ...rest }
      })).body.known
      const state = async () => (await call<Device>(app, `GET /api/devices/${device.id}`, { token })).body
      t.equal(await report({ opened: [sid, 'key:unknownunkno:0'] }), false, 'the first report of an instance')
      t.match(await state(), { connected: true, last_seen_at: new Date(clock()).toISOString() })
      clock.pass(30_000)
      t.equal(await report({ seen: [sid] }), true)
      t.match(await state(), { connected: true, last_seen_at: new Date(clock()).toISOString() })
      t.equal(await report({ closed: [sid] }), true)
      t.match(await state(), { connected: false })
      await report({ opened: [sid] })
      clock.pass(61_000)
      t.match(await state(), { connected: false }, 'a dead instance has no connections')
      t.equal((await call(app, 'POST /api/devices/report', { token, body: {} })).status, 403)
    })

    t.test('the broker is given the ended keys again after a restart', async t => {
      const token = await producer()
      const { device, key } = await create(token, 'lost')
      await call(app, `DELETE /api/devices/${device.id}`, { token })
      await stores.broker.replaceRevocations([])
      const again = await testAp(t, { ...stores, clock })
      const sid = `key:${key.split('_')[2]}:0`
      await waitFor(async () => (await stores.broker.revocations()).items.some(item =>
        item.kind === 'session' && item.sid === sid))
      await again.close()
    })
  })
}
