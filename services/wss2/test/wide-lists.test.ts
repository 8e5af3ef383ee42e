import { setImmediate as turnOver } from 'node:timers/promises'
import t from 'tap'
import { brokerKinds, waitFor } from '@motience/testing'
import { startPlatform } from './support/platform.js'

const CONSUMERS = [1, 2, 3, 4, 5]

/** A generator of integers in [0, `below`), deterministic for a seed. */
const seeded = (seed: number) => (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor(seed / 65_536) % below
}

for (const kind of await brokerKinds()) {
  const form = `${kind} broker, wide lists` as const
  t.test(`wide lists by the ${kind} broker`, async t => {
    t.test('without an event the list is read once for all members, and no one receives too much', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      for (const consumer of CONSUMERS) await sm.set(consumer, 7, 'active')
      const clients = await Promise.all(CONSUMERS.map(consumer => connect(consumer)))
      await publisher.publish(7, 2)
      await sm.set(1, 7, 'inactive', { silently: true })
      const calls = sm.calls()
      await publisher.publish(7, 3)
      await waitFor(() => clients.slice(1).every(client => client.positions(7).length === 5))
      for (const client of clients.slice(1)) t.same(client.positions(7), ['1-1', '1-2', '1-3', '1-4', '1-5'])
      t.same(await clients[0]!.first('unsubscribed'), { type: 'unsubscribed', producer_id: 7, reason: 'inactive' })
      t.same(clients[0]!.positions(7), ['1-1', '1-2'])
      t.equal(sm.listCalls(), 1)
      t.equal(sm.calls(), calls)
    })

    t.test('while SM is unavailable, members whose access is known continue', async t => {
      const { connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      await sm.set(2, 7, 'active')
      const old = await connect(1)
      await sm.set(3, 7, 'inactive', { silently: true })
      const fresh = await connect(2)
      const release = sm.hold()
      await publisher.publish(7, 3)
      await waitFor(() => fresh.positions(7).length === 3)
      t.same(old.positions(7), [])
      release()
      await waitFor(() => old.positions(7).length === 3)
      t.same(old.positions(7), fresh.positions(7))
    })

    t.test('messages published by either way arrive once, in order', async t => {
      const { broker, connect, sm, publisher } = await startPlatform(t, form)
      await sm.set(1, 7, 'active')
      const client = await connect(1)
      for (let i = 0; i < 20; i++) {
        await publisher.publish(7)
        const { version, subscribers } = sm.subscribers(7)
        const tail = `,"id":null,"payload":{"narrow":${i}}}`
        await broker.accept([
          {
            producerId: 7,
            version,
            subscribers,
            messages: [
              {
                head: '{"type":"data","producer_id":7,"device_id":null,"epoch":',
                tail,
                device: '',
                session: null,
                seq: null
              }
            ]
          }
        ])
      }
      await waitFor(() => client.positions(7).length >= 40)
      t.same(client.positions(7), Array.from({ length: 40 }, (_, i) => `1-${i + 1}`))
    })

    const turns = Number(process.env['INTERLEAVINGS'] ?? 2_000)
    t.test(`${turns} rounds of concurrent changes and messages deliver exactly what each may see`, async t => {
      const random = seeded(4711)
      const { connect, sm, publisher } = await startPlatform(t, form)
      await publisher.publish(7)
      const clients = await Promise.all(CONSUMERS.map(consumer => connect(consumer)))
      const active = CONSUMERS.map(() => false)
      const changing = CONSUMERS.map(() => 0)
      const changes = CONSUMERS.map(() => 0)
      const forbidden = CONSUMERS.map(() => new Set<string>())
      const required = CONSUMERS.map(() => new Set<string>())
      /** `subscribed` frames that a consumer had when its last change began. */
      const announced = CONSUMERS.map(() => 0)
      const joined = (i: number): boolean => clients[i]!.of('subscribed').length > announced[i]!
      /** SM applies one producer's changes one at a time. */
      let last: Promise<void> = Promise.resolve()
      const toggle = (i: number, status?: 'active'): Promise<void> => {
        changing[i]!++
        changes[i]!++
        last = last.then(async () => {
          announced[i] = clients[i]!.of('subscribed').length
          const next = status === 'active' || !active[i]
          // messages still in transit when access ends may be missing
          if (!next) required[i] = new Set(clients[i]!.positions(7).filter(position => required[i]!.has(position)))
          if (next !== active[i]) await sm.set(CONSUMERS[i]!, 7, next ? 'active' : 'inactive')
          active[i] = next
          changing[i]!--
        })
        return last
      }
      const publish = async (): Promise<void> => {
        const before = CONSUMERS.map((_, i) => (
          { settled: changing[i] === 0, active: active[i]!, joined: joined(i), changes: changes[i] }
        ))
        const { epoch, offset } = await publisher.publish(7)
        for (const [i, then] of before.entries()) {
          if (!then.settled || then.changes !== changes[i]) continue
          if (!then.active) forbidden[i]!.add(`${epoch}-${offset}`)
          else if (then.joined) required[i]!.add(`${epoch}-${offset}`)
        }
      }
      for (let turn = 0; turn < turns; turn++) {
        const calls = Array.from({ length: 1 + random(4) }, () =>
          random(20) < 3 ? toggle(random(CONSUMERS.length)) : publish()
        )
        if (random(3) > 0) await Promise.all(calls)
        else await turnOver()
      }
      await last
      for (const i of CONSUMERS.keys()) await toggle(i, 'active')
      for (const client of clients) {
        await waitFor(() => client.of('subscribed').length > client.of('unsubscribed').length)
      }
      const { epoch, offset } = await publisher.publish(7)
      for (const client of clients) await waitFor(() => client.positions(7).includes(`${epoch}-${offset}`))
      for (const [i, client] of clients.entries()) {
        const seen = new Set(client.positions(7))
        t.equal(seen.size, client.positions(7).length, 'no repeats')
        t.same([...forbidden[i]!].filter(position => seen.has(position)), [], 'nothing without access')
        t.same([...required[i]!].filter(position => !seen.has(position)), [], 'everything with access')
      }
      const sum = (sets: Set<string>[]): number => sets.reduce((all, { size }) => all + size, 0)
      t.ok(sum(forbidden) > turns / 20 && sum(required) > turns / 20, `${sum(forbidden)} and ${sum(required)}`)
    })
  })
}
