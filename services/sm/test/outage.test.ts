import t from 'tap'
import { createFaultyBroker, databaseKinds, waitFor } from '@motience/testing'
import type { ControlEvent } from '@motience/schemas'
import { patch, statusOf, subscribe, testSetup, unsubscribe } from './test-sm.js'

const unavailable = { status: 503, body: { code: 'MOT_UNAVAILABLE' }, headers: { 'retry-after': /^\d+$/ } }

for (const database of await databaseKinds()) {
  t.test(`on the ${database} database`, async t => {
    const parts = await testSetup(t, { database })
    const broker = createFaultyBroker(parts.broker)
    const app = await parts.sm({ broker })
    const events: ControlEvent[] = []
    broker.onControl(event => { events.push(event) })
    t.beforeEach(() => {
      broker.recover()
      events.length = 0
    })
    const users = async () => ({ producer: await parts.producer(), consumer: await parts.consumer() })
    const head = async (producerId: number) => (await parts.broker.heads([producerId]))[0]?.version

    for (const failing of ['raiseVersion', 'publishControl'] as const) {
      t.test(
        `an unsubscription during which the broker fails (${failing}) is kept, 503, and done by its repeat`,
        async t => {
          const { producer, consumer } = await users()
          await subscribe(app, consumer, producer)
          broker.fail(failing)
          t.match(await unsubscribe(app, consumer, producer), unavailable)
          t.equal(await statusOf(app, consumer, producer), 'inactive', 'kept')
          t.match(await unsubscribe(app, consumer, producer), unavailable, 'a repeat is no success while it fails')
          broker.recover()
          t.equal((await unsubscribe(app, consumer, producer)).status, 204)
          t.equal(await head(producer.id), 2)
          t.match(events.at(-1), {
            type: 'subscription-changed',
            consumer_id: consumer.id,
            status: 'inactive',
            reason: 'unsubscribed',
            version: 2
          })
          t.equal((await unsubscribe(app, consumer, producer)).status, 404)
        }
      )
    }

    t.test('a repeat succeeds also where the worker has finished it meanwhile', async t => {
      const { producer, consumer } = await users()
      await subscribe(app, consumer, producer)
      broker.fail('raiseVersion')
      await unsubscribe(app, consumer, producer)
      broker.recover()
      broker.setConnection('up')
      await waitFor(() => events.length === 2)
      t.equal(await head(producer.id), 2)
      t.equal((await unsubscribe(app, consumer, producer)).status, 204)
      t.equal((await unsubscribe(app, consumer, producer)).status, 404)
    })

    t.test('subscriptions, refusals and approvals are likewise kept and repeated', async t => {
      const { producer, consumer } = await users()
      broker.fail('raiseVersion')
      t.match(await subscribe(app, consumer, producer), unavailable)
      t.match(await subscribe(app, consumer, producer), unavailable)
      broker.recover()
      const { status, body: { id = 0 } } = await subscribe(app, consumer, producer)
      t.equal(status, 200)
      t.equal(await head(producer.id), 1)
      for (const [wanted, version] of [['inactive', 2], ['active', 3]] as const) {
        broker.fail('raiseVersion')
        t.match(await patch(app, producer, id, wanted), unavailable)
        t.equal(await head(producer.id), version - 1)
        broker.recover()
        t.match(await patch(app, producer, id, wanted), { status: 200, body: { status: wanted, version } })
        t.equal(await head(producer.id), version)
      }
    })

    t.test('what an instance left is finished by another at its start', async t => {
      const { producer, consumer } = await users()
      broker.fail('raiseVersion')
      t.match(await subscribe(app, consumer, producer), unavailable)
      await parts.sm()
      await waitFor(async () => await head(producer.id) === 1)
      t.match(await subscribe(app, consumer, producer), { status: 200, body: { status: 'active' } })
    })

    t.test('and by the worker in time, without any sign', async t => {
      const { producer, consumer } = await users()
      broker.fail('raiseVersion')
      t.match(await subscribe(app, consumer, producer), unavailable)
      await parts.sm({ sweepMs: 20, broker })
      const before = broker.calls('raiseVersion')
      await waitFor(() => broker.calls('raiseVersion') > before + 2, { what: 'the worker to try again and again' })
      broker.recover()
      await waitFor(async () => await head(producer.id) === 1)
    })
  })
}
