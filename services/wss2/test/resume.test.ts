import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

for (const form of await deliveryForms()) {
  t.test(`resume by the ${form}`, async t => {
    t.test('messages after a position are replayed, then `resumed`, then live data', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await sm.set(1, 8, 'active')
      await publisher.publish(7, 10, { together: true })
      await publisher.publish(8, 3)
      const client = await connect(1)
      client.resume([7, 1, 6], [8, 1, 3])
      await waitFor(() => client.of('resumed').length === 2)
      await publisher.publish(7)
      await publisher.publish(8)
      await waitFor(() => client.positions(7).length === 5 && client.positions(8).length === 1)
      const of = (producer: number) => client.story().filter(line => line.includes(`${producer}:`))
      t.same(of(7), ['7:1-7', '7:1-8', '7:1-9', '7:1-10', 'resumed 7:1 7..10 true', '7:1-11'])
      t.same(of(8), ['resumed 8:1 4..3 true', '8:1-4'])
    })

    t.test('a position before the first message gets everything, after the announcement of the epoch', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const client = await connect(1)
      client.resume([7, 0, 0])
      await client.first('resumed')
      await client.end()
      await publisher.publish(7, 3)
      const again = await connect(1)
      again.resume([7, 0, 0])
      await waitFor(() => again.of('resumed').length === 2)
      t.same(client.story(), ['welcome', 'resumed 7:0 1..0 true'])
      t.same(again.story(), ['welcome', 'resumed 7:1 1..0 false', '7:1-1', '7:1-2', '7:1-3', 'resumed 7:1 1..3 true'])
    })

    t.test('live data during a replay is not lost, repeated or reordered', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 3000, { together: true, bytes: 200 })
      const client = await connect(1)
      client.resume([7, 1, 0])
      let last = 0
      while (client.of('resumed').length === 0) {
        last = (await publisher.publish(7, 20, { together: true })).offset
        await turn()
      }
      last = (await publisher.publish(7, 3)).offset
      await waitFor(() => client.positions(7).at(-1) === `1-${last}`)
      // messages published before the server read the frame may have arrived already
      const positions = client.positions(7).slice(client.positions(7).indexOf('1-1'))
      t.same(positions, Array.from({ length: last }, (_, i) => `1-${i + 1}`))
      t.match(client.of('resumed'), [{ recovered: true, from: 1 }])
      const { to } = client.of('resumed')[0]!
      const story = client.story()
      t.equal(story[story.indexOf(`resumed 7:1 1..${to} true`) - 1], `7:1-${to}`)
    })

    t.test('a producer without a subscription is refused, and the others are resumed', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await sm.set(1, 8, 'pending')
      await publisher.publish(7, 2)
      await publisher.publish(8, 2)
      await publisher.publish(9, 2)
      const client = await connect(1)
      client.resume([8, 1, 0], [7, 1, 1], [9, 1, 0])
      await client.first('resumed')
      await waitFor(() => client.of('error').length === 2)
      t.match(client.of('error'), [
        { code: 'MOT_FORBIDDEN', message: /producer 8/, path: '/positions/0/producer_id' },
        { code: 'MOT_FORBIDDEN', message: /producer 9/, path: '/positions/2/producer_id' }
      ])
      t.same(client.of('data').map(frame => frame.producer_id), [7])
    })

    t.test('messages accepted before the subscription was active are not replayed', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 3)
      await sm.set(1, 7, 'inactive')
      await publisher.publish(7, 3)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 3)
      const client = await connect(1)
      client.resume([7, 1, 0])
      await waitFor(() => client.of('resumed').length === 2)
      t.same(client.story(), ['welcome', 'resumed 7:1 7..6 true', '7:1-7', '7:1-8', '7:1-9', 'resumed 7:1 7..9 true'])
    })

    t.test('an invalid frame and one with too many positions are refused', async t => {
      const { connect } = await startPlatform(t, form)
      const client = await connect(1)
      client.send({ type: 'resume' })
      client.send({ type: 'resume', positions: [{ producer_id: 7, epoch: 1, offset: -1 }] })
      client.resume(...Array.from({ length: 1001 }, (_, i): [number, number, number] => [i + 1, 1, 0]))
      await waitFor(() => client.of('error').length === 3)
      t.match(client.of('error'), [
        { code: 'MOT_WSS2_BAD_FRAME', path: '/positions' },
        { code: 'MOT_WSS2_BAD_FRAME', path: '/positions/0/offset' },
        { code: 'MOT_WSS2_BAD_FRAME', path: '/positions' }
      ])
    })

    t.test('a new resume replaces the previous one', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 5)
      const client = await connect(1)
      client.resume([7, 1, 0])
      client.resume([7, 1, 3])
      await waitFor(() => client.story().includes('resumed 7:1 4..5 true'))
      await publisher.publish(7)
      await waitFor(() => client.positions(7).at(-1) === '1-6')
      t.same(client.positions(7).slice(-3), ['1-4', '1-5', '1-6'])
    })

    t.test('resumes beyond the queue limit are refused temporarily', async t => {
      const { connect, sm } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const client = await connect(1)
      const release = sm.hold()
      for (let i = 0; i < 20; i++) client.resume([7, 0, 0])
      await waitFor(() => client.of('error').length === 3)
      t.match(client.of('error')[0], { code: 'MOT_RATE_LIMITED', retry_after_ms: 1000 })
      release()
      await waitFor(() => client.of('resumed').length > 0)
    })
  })
}
