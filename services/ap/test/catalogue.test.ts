import { databaseKinds } from '@motience/testing'
import t from 'tap'
import type { CataloguePage } from '../src/users/catalogue.js'
import { call, createTestClock, newUser, signUp, testAp, testStores } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const stores = await testStores(t, { database: kind })
    const app = await testAp(t, { ...stores, clock: createTestClock() })
    const { access_token: token, user } = await newUser(app, 'consumer')
    for (const name of ['pump-1', 'pump-2', 'Pump_3', 'fan.x', 'fan.y']) await signUp(app, 'producer', name)
    const page = async (query = '') =>
      await call<CataloguePage & { code?: string }>(app, `GET /api/producers${query}`, { token })
    const names = async (query: string) => (await page(query)).body.items.map(({ username }) => username)

    t.test('lists a role, in the order of signing up', async t => {
      const { body } = await page()
      t.same(body.items.map(({ username }) => username), ['pump-1', 'pump-2', 'Pump_3', 'fan.x', 'fan.y'])
      t.same(Object.keys(body.items[0] ?? {}).sort(), ['created_at', 'device_id', 'id', 'username'])
      t.equal(body.next_cursor, null)
      const consumers = await call<CataloguePage>(app, 'GET /api/consumers', { token })
      t.same(consumers.body.items.map(({ id }) => id), [user.id])
    })

    t.test('pages follow each other without a gap or a repeat, whoever signs up meanwhile', async t => {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const { body }: { body: CataloguePage } = await page(`?limit=2${cursor && `&cursor=${cursor}`}`)
        t.ok(body.items.length <= 2)
        seen.push(...body.items.map(({ username }) => username))
        cursor = body.next_cursor
      }
      t.same(seen, ['pump-1', 'pump-2', 'Pump_3', 'fan.x', 'fan.y'])
      t.equal((await page('?limit=5')).body.next_cursor, null, 'a full last page is the last')
    })

    t.test('q is a part of a name or device id, whatever its case, and no pattern', async t => {
      t.same(await names('?q=PUMP'), ['pump-1', 'pump-2', 'Pump_3'])
      t.same(await names('?q=_'), ['Pump_3'])
      t.same(await names('?q=n.y'), ['fan.y'])
      t.same(await names('?q=fan.x-dev'), ['fan.x'])
      t.same(await names('?q=%25'), [])
      t.same(await names('?q=%5C'), [])
      t.same(await names('?q=%00'), [])
      t.same(await names('?q=p%27%3B--'), [])
      t.same(await names('?q=pump&limit=1'), ['pump-1'])
    })

    t.test('what is no limit, no cursor or no parameter is refused', async t => {
      const cursors = [
        'x',
        'aWQ6MQ==',
        Buffer.from('id:01').toString('base64url'),
        Buffer.from('id:9999999999').toString('base64url'),
        Buffer.from('id:-1').toString('base64url')
      ]
      for (const query of [
        'limit=0',
        'limit=1001',
        'limit=x',
        'limit=1.5',
        'cursor=',
        'q=',
        `q=${'x'.repeat(65)}`,
        'other=1',
        ...cursors.map(cursor => `cursor=${cursor}`)
      ]) {
        t.match(await page(`?${query}`), { status: 400, body: { code: 'MOT_BAD_INPUT' } }, query)
      }
    })

    t.test('it is for those who are signed in', async t => {
      for (const route of ['GET /api/producers', 'GET /api/consumers', `GET /api/users/${user.id}`] as const) {
        t.match(await call(app, route), { status: 401, body: { code: 'MOT_UNAUTHORIZED' } }, route)
      }
    })

    t.test('one user is found by the id, and an id that is none is refused', async t => {
      t.same((await call(app, `GET /api/users/${user.id}`, { token })).body, user)
      t.match(await call(app, 'GET /api/users/2147483647', { token }), { status: 404, body: { code: 'MOT_NOT_FOUND' } })
      for (const id of ['0', '-1', '2147483648', '99999999999999999999', '1.5', 'x', '1e3', '%00']) {
        t.match(
          await call(app, `GET /api/users/${id}`, { token }),
          { status: 400, body: { code: 'MOT_BAD_INPUT' } },
          id
        )
      }
    })

    t.test('a disabled user is not listed', async t => {
      await stores.database.sql`UPDATE ap.users SET disabled_at = now() WHERE username = 'fan.x'`
      t.same(await names('?q=fan'), ['fan.y'])
    })
  })
}
