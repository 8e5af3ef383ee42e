import t from 'tap'
import { createMemoryBroker, createRedisBroker, type Broker, type BrokerLimits } from '@motience/broker'
import { startRedis, waitFor } from '@motience/testing'
import { deliveryForms, startPlatform } from './support/platform.js'

for (const form of await deliveryForms()) {
  t.test(`messages missing from the log of the ${form}`, async t => {
    const redis = form.startsWith('redis') ? await startRedis() : null
    if (redis !== null) t.teardown(() => redis.remove())
    const opener = (limits: Partial<BrokerLimits>) => async (): Promise<Broker> =>
      redis === null
        ? createMemoryBroker(limits)
        : await createRedisBroker({ url: redis.url, mode: 'standalone', limits })
    let producer = 100

    t.test('a position older than the log is reported as unrecovered', async t => {
      const p = ++producer
      const { connect, sm, publisher, wss2 } = await startPlatform(t, form, { open: opener({ logMaxMessages: 10 }) })
      await sm.set(1, p, 'active')
      await publisher.publish(p, 300)
      const client = await connect(1)
      client.resume([p, 1, 20])
      await waitFor(() => client.of('resumed').length === 2)
      const [lost, through] = client.of('resumed')
      const { from } = lost!
      t.ok(from > 21)
      t.match(
        [lost, through],
        [
          { recovered: false, reason: 'trimmed', to: from - 1 },
          { recovered: true, from, to: 300 }
        ]
      )
      t.same(client.story().slice(1), [
        `resumed ${p}:1 ${from}..${from - 1} false`,
        ...Array.from({ length: 300 - from + 1 }, (_, i) => `${p}:1-${from + i}`),
        `resumed ${p}:1 ${from}..300 true`
      ])
      t.match(
        await wss2[0]!.http.metrics.getSingleMetricAsString('motience_wss2_resumes_total'),
        /outcome="unrecovered"\} 1/
      )
      await publisher.publish(p)
      await waitFor(() => client.positions(p).at(-1) === '1-301')
    })

    t.test('trimmed messages that the grant does not cover are not reported as lost', async t => {
      const p = ++producer
      const { connect, sm, publisher } = await startPlatform(t, form, { open: opener({ logMaxMessages: 200 }) })
      await publisher.publish(p, 450, { together: true })
      await sm.set(1, p, 'active')
      await publisher.publish(p, 2)
      const client = await connect(1)
      client.resume([p, 1, 5])
      await waitFor(() => client.of('resumed').length === 2)
      t.same(client.story(), [
        'welcome',
        `resumed ${p}:1 451..450 true`,
        `${p}:1-451`,
        `${p}:1-452`,
        `resumed ${p}:1 451..452 true`
      ])
    })

    t.test('a new epoch on a live connection is announced before its first message', async t => {
      const p = ++producer
      const { connect, sm, publisher } = await startPlatform(t, form, { open: opener({}) })
      await sm.set(1, p, 'active')
      const client = await connect(1)
      await publisher.publish(p, 2)
      await waitFor(() => client.positions(p).length === 2)
      await publisher.newEpoch(p)
      await publisher.publish(p, 2)
      await waitFor(() => client.positions(p).length === 4)
      t.same(client.story(), ['welcome', `${p}:1-1`, `${p}:1-2`, `resumed ${p}:2 1..0 false`, `${p}:2-1`, `${p}:2-2`])
    })

    t.test('a position in an older epoch gets the rest of that epoch, then the new one from its start', async t => {
      const p = ++producer
      const { connect, sm, publisher } = await startPlatform(t, form, { open: opener({}) })
      await sm.set(1, p, 'active')
      await publisher.publish(p, 5)
      await publisher.newEpoch(p)
      await publisher.publish(p, 70, { together: true })
      const client = await connect(1)
      client.resume([p, 1, 3])
      await waitFor(() => client.of('resumed').length === 2)
      t.match(client.of('resumed'), [{ reason: 'epoch' }, {}])
      t.same(client.story().slice(1), [
        `${p}:1-4`,
        `${p}:1-5`,
        `resumed ${p}:2 1..0 false`,
        ...Array.from({ length: 70 }, (_, i) => `${p}:2-${i + 1}`),
        `resumed ${p}:2 1..70 true`
      ])
    })

    t.test('a position that never existed gets the log as it is', async t => {
      const p = ++producer
      const { connect, sm, publisher } = await startPlatform(t, form, { open: opener({}) })
      await sm.set(1, p, 'active')
      await publisher.publish(p, 3)
      const ahead = await connect(1)
      ahead.resume([p, 1, 900])
      t.match(await ahead.first('resumed'), { epoch: 1, recovered: false, from: 4, to: 3, reason: 'position' })
      const beyond = await connect(1)
      beyond.resume([p, 9, 1])
      t.match(await beyond.first('resumed'), { epoch: 1, recovered: false, from: 1, to: 0, reason: 'epoch' })
      await waitFor(() => beyond.of('resumed').length === 2)
      await publisher.publish(p)
      await waitFor(() => ahead.positions(p).at(-1) === '1-4' && beyond.positions(p).at(-1) === '1-4')
      t.same(ahead.positions(p), ['1-4'])
      t.same(beyond.positions(p), ['1-1', '1-2', '1-3', '1-4'])
    })

    t.test('a position ahead of a broker that lost data is kept until the new epoch begins', async t => {
      const p = ++producer
      const { connect, sm, publisher } = await startPlatform(t, form, { open: opener({}) })
      await sm.set(1, p, 'active')
      const client = await connect(1)
      client.resume([p, 3, 10])
      t.match(await client.first('resumed'), { epoch: 3, recovered: false, from: 11, to: 10 })
      await publisher.publish(p, 2)
      await waitFor(() => client.positions(p).length === 2)
      t.same(client.story().slice(2), [`resumed ${p}:1 1..0 false`, `${p}:1-1`, `${p}:1-2`])
    })
  })
}
