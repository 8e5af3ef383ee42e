import t from 'tap'
import { redisCall, startRedisCluster, waitFor } from '@motience/testing'
import { headOf, newId, newProducer, openEpoch, range, request, textAt } from '../suite/fixtures.js'
import { watchConnection } from '../suite/watch-connection.js'
import { createRedisBroker } from './redis-broker.js'
import { slotOf } from './slots.js'

t.test('finds the replica that replaces a killed master, and only its logs are unverified', async t => {
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
  const connection = watchConnection(broker)
  await killed.kill()
  await connection.down()
  await t.rejects(broker.accept([request(theirs[0]!)]), { name: 'BrokerUnavailableError' })
  await connection.back(30_000)

  for (const producerId of theirs) t.equal((await headOf(broker, producerId)).verified, false)
  for (const producerId of others) t.match(await headOf(broker, producerId), { epoch: 1, offset: 1, verified: true })
  for (const producerId of theirs) await openEpoch(broker, producerId)
  t.match(
    await broker.accept(producers.map(producerId => request(producerId, { subscribers: [consumerId] }))),
    producers.map(() => ({ kind: 'ok' }))
  )
  await waitFor(() => got.length === producers.length)
  t.equal(got.filter(text => text === textAt(1, 1, 2)).length, others.length)
  t.ok(got.some(text => text.includes('"epoch":2,"offset":1,')), 'messages of the new master arrive')
})
