import { setImmediate as turnOver } from 'node:timers/promises'
import t from 'tap'
import { waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

for (const form of await deliveryForms()) {
  t.test(`revocation by the ${form}`, async t => {
    t.test('a replay stops at a revocation even if no event announced it', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form, { limits: { maxQueueBytes: 65_536 } })
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 1500, { bytes: 8000, together: true })
      const client = await connect(1)
      client.ws.pause()
      client.resume([7, 1, 0])
      await waitFor(() => sm.calls() === 2, { what: 'the resume' })
      await sm.set(1, 7, 'inactive', { silently: true })
      await publisher.publish(7, 500, { together: true })
      client.ws.resume()
      await client.first('unsubscribed')
      t.ok(client.positions(7).every(position => Number(position.slice(2)) <= 1500))
      t.equal(client.of('resumed').length, 0)
      t.same(client.positions(7), client.positions(7).map((_, i) => `1-${i + 1}`))
    })

    t.test(
      'messages accepted before a revocation are delivered even if the event overtakes them, and none after it',
      async t => {
        const { connect, sm, publisher } = await startPlatform(t, form)
        await sm.set(1, 7, 'active')
        await publisher.publish(7, 2)
        const client = await connect(1)
        await publisher.publish(7)
        await publisher.publish(7, 3, { unheard: true })
        await sm.set(1, 7, 'inactive')
        await publisher.publish(7, 2)
        await sm.set(1, 7, 'active')
        await publisher.publish(7)
        await waitFor(() => client.positions(7).includes('1-9'))
        t.same(client.story(), [
          'welcome',
          '7:1-3',
          '7:1-4',
          '7:1-5',
          '7:1-6',
          'unsubscribed 7',
          'subscribed 7:1-8',
          '7:1-9'
        ])
      }
    )

    t.test('messages accepted without access are skipped and announced before the final messages too', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const client = await connect(1)
      await publisher.publish(7)
      await sm.set(1, 7, 'inactive', { silently: true })
      await publisher.publish(7, 1, { unheard: true })
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 2, { unheard: true })
      await sm.set(1, 7, 'inactive')
      await client.first('unsubscribed')
      t.same(client.positions(7), ['1-1', '1-3', '1-4'])
      t.match(client.of('resumed'), [{ producer_id: 7, recovered: true, epoch: 1, from: 3, to: 2 }])
      t.same(client.story(), ['welcome', '7:1-1', 'resumed 7:1 3..2 true', '7:1-3', '7:1-4', 'unsubscribed 7'])
    })

    t.test('the same holds for a producer\'s first messages', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.newEpoch(7)
      const client = await connect(1)
      await publisher.publish(7, 1, { unheard: true })
      await sm.set(1, 7, 'inactive')
      await client.first('unsubscribed')
      t.same(client.story(), ['welcome', '7:1-1', 'unsubscribed 7'])
    })

    t.test('a change for another consumer makes the replay ask SM, and continue', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await publisher.publish(7, 40)
      const client = await connect(1)
      await sm.set(2, 7, 'active')
      const calls = sm.calls()
      client.resume([7, 1, 0])
      t.match(await client.first('resumed'), { recovered: true, from: 1, to: 40 })
      t.equal(sm.calls(), calls + 1)
      await sm.set(3, 7, 'active')
      await sm.set(2, 7, 'inactive')
      client.resume([7, 1, 30])
      await waitFor(() => client.of('resumed').length === 2)
    })

    t.test('nothing accepted after a 2xx is delivered in hundreds of rounds of publish, revoke and resume', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      const forbidden = new Set<string>()
      const clients = [await connect(1), await connect(1)]
      let seed = 12345
      const random = (below: number): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        return Math.floor(seed / 65_536) % below
      }
      let active = false
      for (let turn = 0; turn < 300; turn++) {
        switch (random(4)) {
          case 0:
            active = !active
            await sm.set(1, 7, active ? 'active' : 'inactive')
            break
          case 1:
            clients[random(2)]!.resume([7, 1, random(100)])
            break
          default: {
            const { offset } = await publisher.publish(7)
            if (!active) forbidden.add(`1-${offset}`)
          }
        }
        await turnOver()
      }
      await sm.set(1, 7, 'inactive')
      await sm.set(1, 8, 'active')
      await publisher.publish(8)
      await waitFor(() => clients.every(client => client.positions(8).length === 1))
      for (const client of clients) t.same(client.positions(7).filter(position => forbidden.has(position)), [])
      t.ok(forbidden.size > 20)
      t.ok(clients[0]!.positions(7).length > 20)
    })
  })
}
