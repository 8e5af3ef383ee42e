import t from 'tap'
import { databaseKinds } from '@motience/testing'
import { call, subscribe, subscribers, testSetup, unsubscribe, type TestUser } from './test-sm.js'

for (const database of await databaseKinds()) {
  t.test(`on the ${database} database`, async t => {
    const parts = await testSetup(t, { database })
    const app = await parts.sm()
    const producer = await parts.producer()

    t.test('a producer that nobody ever subscribed to has version 0 and nobody', async t => {
      t.match(await subscribers(app, await parts.producer()), {
        status: 200,
        body: { version: 0, subscribers: [], next_cursor: null }
      })
    })

    t.test('pages of subscribers hold each once, with the version that they belong to', async t => {
      const consumers: TestUser[] = []
      for (let i = 0; i < 7; i++) {
        const consumer = await parts.consumer()
        await subscribe(app, consumer, producer)
        consumers.push(consumer)
      }
      const left = consumers[2]
      if (!left) throw new Error('no consumer')
      await unsubscribe(app, left, producer)
      const seen: number[] = []
      let cursor = ''
      do {
        const { body } = await subscribers(app, producer, `?status=active&limit=2${cursor}`)
        t.equal(body.version, 8)
        seen.push(...body.subscribers?.map(({ consumer_id: id }) => id) ?? [])
        cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : ''
      } while (cursor)
      t.strictSame(seen, consumers.filter(consumer => consumer !== left).map(({ id }) => id))
      const { body } = await subscribers(app, producer)
      t.equal(body.subscribers?.length, 7)
      t.match(
        body.subscribers?.find(({ consumer_id: id }) => id === left.id),
        { status: 'inactive', activated_at: null, username: left.username }
      )
      const beyond = await subscribers(app, producer, `?cursor=${Buffer.from('id:2147483647').toString('base64url')}`)
      t.match(beyond.body, { version: 8, subscribers: [], next_cursor: null }, 'an empty page tells the version too')
    })

    t.test('a consumer sees its subscriptions with the producers\' versions, by page, producer and status', async t => {
      const consumer = await parts.consumer()
      const producers = [producer, await parts.producer(), await parts.producer()]
      for (const one of producers) await subscribe(app, consumer, one)
      await unsubscribe(app, consumer, producer)
      const list = async (query: string) =>
        (await call(app, `GET /api/subscriptions/${consumer.id}${query}`, { token: consumer.token })).body
      const all = await list('')
      t.match(all, {
        subscriptions: [
          { producer_id: producer.id, status: 'inactive', activated_version: null, version: 10 },
          { producer_id: producers[1]?.id, status: 'active', activated_version: 1, version: 1 },
          { producer_id: producers[2]?.id, status: 'active', activated_version: 1, version: 1 }
        ],
        next_cursor: null
      })
      t.equal((await list('?status=active')).subscriptions?.length, 2)
      t.match(await list(`?producer_id=${producer.id}`), {
        subscriptions: [{ producer_id: producer.id }],
        next_cursor: null
      })
      const first = await list('?limit=2')
      t.strictSame(
        [...(first.subscriptions ?? []), ...((await list(`?cursor=${first.next_cursor}`)).subscriptions ?? [])],
        all.subscriptions
      )
    })
  })
}
