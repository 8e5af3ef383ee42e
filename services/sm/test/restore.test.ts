import t from 'tap'
import { brokerKinds, databaseKinds, waitFor } from '@motience/testing'
import type { ControlEvent } from '@motience/schemas'
import { call, subscribe, subscribers, testSetup, unsubscribe } from './test-sm.js'

const brokers = await brokerKinds()

for (const database of await databaseKinds()) {
  for (const broker of brokers) {
    t.test(`the ${database} database was put back, the ${broker} broker was not`, async t => {
      const parts = await testSetup(t, { database, broker })
      const { sql } = parts.database
      const head = async (producerId: number) => (await parts.broker.heads([producerId]))[0]!.version

      t.test('a list that the broker knows a newer version of gets a version above it when it is read', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        const app = await parts.sm()
        await subscribe(app, consumer, producer)
        await parts.broker.raiseVersion(producer.id, 40)
        t.match((await subscribers(app, producer)).body, { version: 41, subscribers: [{ consumer_id: consumer.id }] })
        t.match((await subscribers(app, producer)).body, { version: 41 }, 'once')
        await parts.broker.raiseVersion(producer.id, 50)
        const { body } = await call(app, `GET /api/subscriptions/${consumer.id}?producer_id=${producer.id}`, {
          token: consumer.token
        })
        t.match(body, { subscriptions: [{ activated_version: 1, version: 51 }] }, 'and what was to be seen still is')
        const unknown = await parts.producer()
        await parts.broker.raiseVersion(unknown.id, 7)
        t.match(
          (await subscribers(app, unknown)).body,
          { version: 8, subscribers: [] },
          'also of a producer that the database does not know'
        )
        t.match(await subscribe(app, consumer, unknown), { status: 201, body: { version: 9 } })
      })

      t.test('several that read at once raise it once', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        const apps = [await parts.sm(), await parts.sm()]
        await subscribe(apps[0]!, consumer, producer)
        await parts.broker.raiseVersion(producer.id, 100)
        const lists = await Promise.all(Array.from({ length: 8 }, (_, n) => subscribers(apps[n % 2]!, producer)))
        t.strictSame(lists.map(({ body }) => body.version), Array(8).fill(101))
      })

      t.test('a change has a version above the broker\'s before it is answered, whatever the clock says', async t => {
        const [producer, consumer, other] = [await parts.producer(), await parts.consumer(), await parts.consumer()]
        const app = await parts.sm()
        const told: ControlEvent[] = []
        t.teardown(parts.broker.onControl(event => { told.push(event) }))
        await subscribe(app, consumer, producer)
        await subscribe(app, other, producer)
        await parts.broker.raiseVersion(producer.id, 1_000)
        t.equal((await unsubscribe(app, consumer, producer)).status, 204)
        t.ok(await head(producer.id) > 1_000)
        const ended = await head(producer.id)
        const endOf = await waitFor(() => told.find(event => 'version' in event && event.version === ended), {
          what: 'the event of the end'
        })
        t.match(endOf, { consumer_id: consumer.id, status: 'inactive', previous_version: 1_001 })
        await parts.broker.raiseVersion(producer.id, 2_000)
        t.equal((await subscribe(app, consumer, producer)).status, 201)
        const grant = await waitFor(() => told.find(event => 'version' in event && event.version === 2_001), {
          what: 'the event of the grant'
        })
        t.match(
          grant,
          { consumer_id: consumer.id, status: 'active', activated_version: 2_001, previous_version: null },
          'nothing of before is to be seen'
        )
        const { body } = await subscribers(app, producer, '?status=active')
        t.match(body, { version: 2_001, subscribers: { length: 2 } })
      })

      t.test('a version is never below the clock, so that none is given out twice', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        let now = Date.now()
        const app = await parts.sm({ now: () => now })
        t.match(await subscribe(app, consumer, producer), { body: { version: now, activated_version: now } })
        t.equal((await unsubscribe(app, consumer, producer)).status, 204)
        t.equal(await head(producer.id), now + 1)
        await sql`DELETE FROM sm.subscriptions WHERE producer_id = ${producer.id}`
        await sql`DELETE FROM sm.producers WHERE producer_id = ${producer.id}`
        now += 5
        t.match(await subscribe(app, consumer, producer), { body: { version: now, activated_version: now } })
        t.equal(await head(producer.id), now)
      })
    })
  }
}
