import t from 'tap'
import { waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

for (const form of await deliveryForms()) {
  t.test(`changes of subscriptions by the ${form}`, async t => {
    const isWide = form.endsWith('wide lists')
    t.test('a grant is announced with the position before its first message, until it is revoked', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await publisher.publish(7, 3)
      const client = await connect(1)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 2)
      await waitFor(() => client.positions(7).length === 2)
      await sm.set(1, 7, 'inactive')
      await publisher.publish(7, 2)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 1)
      await waitFor(() => client.positions(7).length === 3)
      t.same(client.story(), [
        'welcome',
        'subscribed 7:1-3',
        '7:1-4',
        '7:1-5',
        'unsubscribed 7',
        'subscribed 7:1-7',
        '7:1-8'
      ])
    })

    t.test('the first message after a grant is delivered first, even if the event is late', async t => {
      const { connect, sm, publisher, broker } = await startPlatform(t, form)
      await publisher.publish(7, 3)
      const client = await connect(1)
      await sm.set(1, 7, 'active', { silently: true })
      await publisher.publish(7, 100, { together: true })
      // a message on the consumer's own channel needs no event
      if (!isWide) await waitFor(() => client.positions(7).length === 100)
      await broker.publishControl({
        type: 'subscription-changed',
        producer_id: 7,
        consumer_id: 1,
        status: 'active',
        reason: 'late',
        version: 1,
        activated_version: 1
      })
      await publisher.publish(7)
      await waitFor(() => client.positions(7).length === 101)
      t.same(client.story().slice(0, 3), ['welcome', 'subscribed 7:1-3', '7:1-4'])
      t.equal(client.of('subscribed').length, 1)
    })

    t.test('the first message of an old grant is found in the log', async t => {
      const { connect, sm, publisher, broker } = await startPlatform(t, form)
      await publisher.publish(7, 10)
      const client = await connect(1)
      const release = sm.hold()
      await sm.set(2, 7, 'active')
      await sm.set(1, 7, 'active', { silently: true })
      await publisher.publish(7, 900, { together: true })
      release()
      if (isWide) {
        await broker.publishControl({
          type: 'subscription-changed',
          producer_id: 7,
          consumer_id: 1,
          status: 'active',
          reason: 'late',
          version: 2,
          activated_version: 2
        })
      }
      await waitFor(() => client.positions(7).length === 900)
      t.same(client.story().slice(0, 2), ['welcome', 'subscribed 7:1-10'])
      t.equal(client.positions(7).at(-1), '1-910')
    })

    t.test('repeated and outdated changes are ignored', async t => {
      const { connect, sm, publisher, broker } = await startPlatform(t, form)
      const event = { type: 'subscription-changed', producer_id: 7, consumer_id: 1, reason: 'again' } as const
      await sm.set(1, 7, 'active')
      const client = await connect(1)
      await broker.publishControl({ ...event, status: 'inactive', version: 0, activated_version: null })
      await broker.publishControl({ ...event, status: 'active', version: 1, activated_version: 1 })
      await publisher.publish(7)
      await sm.set(1, 7, 'inactive')
      await broker.publishControl({ ...event, status: 'active', version: 1, activated_version: 1 })
      await broker.publishControl({ ...event, status: 'inactive', version: 2, activated_version: null })
      await sm.set(1, 8, 'active')
      await client.first('subscribed')
      await publisher.publish(8)
      await waitFor(() => client.positions(8).length === 1)
      t.same(client.story(), ['welcome', '7:1-1', 'unsubscribed 7', 'subscribed 8:0-0', '8:1-1'])
    })

    t.test('a change while the welcome is prepared is applied', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await sm.set(1, 8, 'active')
      const release = sm.hold()
      const calls = sm.calls()
      const client = await connect(1, { welcome: false })
      await waitFor(() => sm.calls() > calls)
      await sm.set(1, 7, 'inactive')
      await sm.set(1, 9, 'active')
      await publisher.publish(7)
      await publisher.publish(9)
      release()
      await waitFor(() => client.positions(9).length === 1)
      t.same(client.story(), ['welcome', 'subscribed 9:1-0', '9:1-1'])
      t.match(client.of('welcome')[0]!.subscriptions, [{ producer_id: 8 }])
      t.equal(client.of('welcome')[0]!.subscriptions.length, 1)
    })
  })
}
