import t from 'tap'
import { waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

for (const form of await deliveryForms()) {
  t.test(`deliveries by the ${form}`, async t => {
    t.test(
      'active subscribers receive each message once, in order and unchanged; no one else does',
      async t => {
        const { connect, sm, publisher } = await startPlatform(t, form)
        await sm.set(1, 7, 'active')
        await sm.set(2, 7, 'pending')
        await sm.set(3, 7, 'active')
        await sm.set(3, 7, 'inactive')
        const reader = await connect(1)
        t.match(await reader.first('welcome'), {
          user_id: 1,
          heartbeat_ms: 30_000,
          expires_at: /Z$/,
          server_time: /Z$/,
          subscriptions: [{ producer_id: 7, epoch: 0, offset: 0 }]
        })
        const others = await Promise.all([2, 3, 4].map(consumer => connect(consumer)))
        await publisher.publish(7, 20)
        await publisher.publish(8, 5)
        await publisher.publish(7, 30, { together: true })
        await waitFor(() => reader.positions(7).length === 50)
        t.same(
          reader.positions(7),
          Array.from({ length: 50 }, (_, i) => `1-${i + 1}`)
        )
        t.match(reader.of('data')[0], { type: 'data', device_id: null, id: null, payload: { number: 1 } })
        t.same(reader.positions(8), [])
        for (const other of others) t.same(other.story(), ['welcome'])
      }
    )

    t.test('all connections of a consumer receive the same messages', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const one = await connect(1)
      const two = await connect(1)
      await publisher.publish(7, 3)
      await one.end()
      await publisher.publish(7, 3)
      await waitFor(() => two.positions(7).length === 6)
      await two.end()
      const three = await connect(1)
      t.match(await three.first('welcome'), { subscriptions: [{ producer_id: 7, epoch: 1, offset: 6 }] })
      await publisher.publish(7, 1)
      await waitFor(() => three.positions(7).length === 1)
      t.same(three.positions(7), ['1-7'])
    })

    t.test('all of SM\'s pages are read', async t => {
      const { connect, sm } = await startPlatform(t, form)
      sm.pageSize = 3
      for (let producer = 1; producer <= 8; producer++) await sm.set(1, producer, 'active')
      const client = await connect(1)
      t.same(
        (await client.first('welcome')).subscriptions.map(position => position.producer_id),
        [1, 2, 3, 4, 5, 6, 7, 8]
      )
    })

    t.test('messages published while the welcome is prepared follow it', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 5)
      const release = sm.hold()
      const calls = sm.calls()
      const client = await connect(1, { welcome: false })
      await waitFor(() => sm.calls() > calls)
      await publisher.publish(7, 5)
      release()
      const { offset } = (await client.first('welcome')).subscriptions[0]!
      await publisher.publish(7, 1)
      await waitFor(() => client.positions(7).includes('1-11'))
      t.same(client.positions(7), Array.from({ length: 11 - offset }, (_, i) => `1-${offset + i + 1}`))
    })

    t.test(
      'requests to an unavailable SM are repeated; if it stays unavailable, the connection closes with 1001',
      async t => {
        const { connect, sm } = await startPlatform(t, form, { welcomeMs: 600 })
        await sm.set(1, 7, 'active')
        sm.failNext(2)
        t.match(await (await connect(1)).first('welcome'), { subscriptions: [{ producer_id: 7 }] })
        sm.failNext(1000)
        const client = await connect(1, { welcome: false })
        t.equal(await client.closed, 1001)
      }
    )
  })
}
