import t from 'tap'
import { redisCall, startRedisCluster, waitFor } from '@motience/testing'
import { headOf, newId, newProducer, openEpoch, range, request, textAt } from '../suite/parts.js'
import { watchLink } from '../suite/watch-connection.js'
import { createRedisBroker } from './redis-broker.js'
import { slotOf } from './slots.js'

t.test('a replica that takes over for a killed master is found, and only its logs are not verified', async t => {
  const servers = await startRedisCluster({ replicas: true })
  t.teardown(() => servers.remove())
  const broker = await createRedisBroker({ url: servers.url, mode: 'cluster' })
  t.teardown(() => broker.close())
  const producers = await Promise.all(range(1, 30).map(() => newProducer(broker)))
  const consumerId = newId()
  const got: string[] = []
  await broker.subscribe(consumerId, text => got.push(text))
  await broker.accept(producers.map(producerId => request(producerId)))
  const ranges = await redisCall(servers.masters[0]!.port, 'CLUSTER', 'SLOTS') as [number, number, [string, number]][]
  const portOf = (producerId: number): number | undefined =>
    ranges.find(
      ([first, last]) => slotOf(`meta:{${producerId}}`) >= first && slotOf(`meta:{${producerId}}`) <= last
    )?.[2][1]

  const killed = servers.masters[0]!
  const theirs = producers.filter(producerId => portOf(producerId) === killed.port)
  const others = producers.filter(producerId => portOf(producerId) !== killed.port)
  t.ok(theirs.length > 0 && others.length > 0)
  await waitFor(async () => {
    const kept = await Promise.all(
      theirs.map(producerId => redisCall(servers.replicas[0]!.port, 'EXISTS', `meta:{${producerId}}`).catch(() => 1))
    )
    return kept.every(Boolean)
  })
  const link = watchLink(broker)
  await killed.kill()
  await link.down()
  await t.rejects(broker.accept([request(theirs[0]!)]), { name: 'BrokerUnavailableError' })
  await link.back(30_000)

  for (const producerId of theirs) t.equal((await headOf(broker, producerId)).verified, false)
  for (const producerId of others) t.match(await headOf(broker, producerId), { epoch: 1, offset: 1, verified: true })
  for (const producerId of theirs) await openEpoch(broker, producerId)
  t.match(
    await broker.accept(producers.map(producerId => request(producerId, { subscribers: [consumerId] }))),
    producers.map(() => ({ kind: 'ok' }))
  )
  await waitFor(() => got.length === producers.length)
  t.equal(got.filter(text => text === textAt(1, 1, 2)).length, others.length)
  t.ok(got.some(text => text.includes('"epoch":2,"offset":1,')), 'what a new master publishes comes through')
})
