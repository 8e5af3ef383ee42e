import t from 'tap'
import { waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

const query = '?resume=true'

for (const form of await deliveryForms()) {
  t.test(`\`?resume=true\` by the ${form}`, async t => {
    t.test(
      'nothing follows the welcome until the first resume; producers it does not name continue from the welcome',
      async t => {
        const { connect, sm, publisher } = await startPlatform(t, form)
        for (const producer of [7, 8, 9]) await sm.set(1, producer, 'active')
        await publisher.publish(7, 5)
        await publisher.publish(8, 5)
        const other = await connect(1)
        const client = await connect(1, { query })
        await publisher.publish(7, 2)
        await publisher.publish(8, 2)
        await waitFor(() => other.positions(8).length === 2)
        await client.settled()
        t.same(client.story(), ['welcome'])
        client.resume([7, 1, 3])
        await waitFor(() => client.of('resumed').length === 1 && client.positions(8).length === 2)
        await publisher.publish(7)
        await publisher.publish(8)
        await publisher.publish(9)
        await waitFor(
          () => client.positions(7).length === 5 && client.positions(8).length === 3 && client.positions(9).length === 1
        )
        const of = (producer: number) => client.story().filter(line => line.includes(`${producer}:`))
        t.same(of(7), ['7:1-4', '7:1-5', '7:1-6', '7:1-7', 'resumed 7:1 4..7 true', '7:1-8'])
        t.same(of(8), ['8:1-6', '8:1-7', '8:1-8'])
        t.same(of(9), ['9:1-1'], 'the first epoch is not announced')
      }
    )

    t.test('an empty resume sent before the welcome counts', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const release = sm.hold()
      const client = await connect(1, { query, welcome: false })
      client.resume()
      release()
      await client.first('welcome')
      await publisher.publish(7, 2)
      await waitFor(() => client.positions(7).length === 2)
      t.same(client.story(), ['welcome', '7:1-1', '7:1-2'])
    })

    t.test('with `more`, producers not named yet wait for the next frame', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      for (const producer of [7, 8, 9]) await sm.set(1, producer, 'active')
      for (const producer of [7, 8, 9]) await publisher.publish(producer, 2)
      const client = await connect(1, { query })
      for (const producer of [7, 8, 9]) await publisher.publish(producer)
      client.send({ type: 'resume', positions: [{ producer_id: 7, epoch: 1, offset: 1 }], more: true })
      await client.first('resumed')
      await publisher.publish(7)
      await waitFor(() => client.positions(7).length === 3)
      await client.settled()
      t.same(client.story(), ['welcome', '7:1-2', '7:1-3', 'resumed 7:1 2..3 true', '7:1-4'])
      client.resume([8, 1, 1])
      await waitFor(() => client.positions(8).length === 2 && client.positions(9).length === 1)
      t.same(client.positions(8), ['1-2', '1-3'])
      t.same(client.positions(9), ['1-3'])
    })

    t.test('a refused frame does not count as a resume', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const client = await connect(1, { query })
      const other = await connect(1)
      client.send({ type: 'resume', positions: 'all' })
      await client.first('error')
      await publisher.publish(7)
      await waitFor(() => other.positions(7).length === 1)
      await client.settled()
      t.same(client.story(), ['welcome', 'error MOT_WSS2_BAD_FRAME'])
    })

    t.test('without a resume the stream starts after a timeout, announced for each producer', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form, { resumeWaitMs: 300 })
      for (const producer of [7, 8]) await sm.set(1, producer, 'active')
      await publisher.publish(7, 3)
      const client = await connect(1, { query })
      await publisher.publish(7, 2)
      await waitFor(() => client.of('resumed').length === 2)
      await publisher.publish(7)
      await publisher.publish(8)
      await waitFor(() => client.positions(7).length === 3 && client.positions(8).length === 1)
      const of = (producer: number) => client.story().filter(line => line.includes(`${producer}:`))
      t.same(of(7), ['7:1-4', '7:1-5', 'resumed 7:1 4..5 true', '7:1-6'])
      t.same(of(8), ['resumed 8:0 1..0 true', '8:1-1'])
    })

    t.test('changes are announced after the pause, but a revocation takes effect immediately', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      for (const producer of [7, 8]) await sm.set(1, producer, 'active')
      const client = await connect(1, { query })
      const other = await connect(1)
      await sm.set(1, 7, 'inactive')
      await publisher.publish(7, 3)
      await sm.set(1, 9, 'active')
      await sm.set(1, 8, 'inactive')
      await sm.set(1, 8, 'active')
      await publisher.publish(9, 2)
      await publisher.publish(8, 2)
      await waitFor(() => other.positions(9).length === 2 && other.positions(8).length === 2)
      await client.settled()
      t.same(client.story(), ['welcome'])
      client.resume([7, 0, 0])
      await waitFor(
        () =>
          client.positions(9).length === 2 &&
          client.positions(8).length === 2 &&
          client.of('unsubscribed').length === 1 &&
          client.of('error').length === 1
      )
      t.same(client.positions(7), [])
      t.same(client.story().filter(line => line.includes('9')), ['subscribed 9:1-0', '9:1-1', '9:1-2'])
    })

    t.test('a value other than `true` or `false` is refused before the upgrade', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await t.rejects(connect(1, { query: '?resume=1' }), /400/)
      const client = await connect(1, { query: '?resume=false' })
      await publisher.publish(7)
      await waitFor(() => client.positions(7).length === 1)
    })
  })
}
