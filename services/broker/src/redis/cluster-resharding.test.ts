import t from 'tap'
import { redisCall, startRedisCluster } from '@motience/testing'
import { message, newProducer, openEpoch, request } from '../suite/fixtures.js'
import { watchConnection } from '../suite/watch-connection.js'
import { createRedisBroker } from './redis-broker.js'
import { slotOf } from './slots.js'

t.test('follows a slot that moves to another master, where its logs are unverified', async t => {
  const servers = await startRedisCluster()
  t.teardown(() => servers.remove())
  const broker = await createRedisBroker({ url: servers.url, mode: 'cluster', probeMs: 60_000 })
  t.teardown(() => broker.close())
  const connection = watchConnection(broker)
  const producerId = await newProducer(broker)
  const slot = slotOf(`meta:{${producerId}}`)
  const sourceIndex = Math.floor(slot / Math.ceil(16_384 / 3))
  const [source, target] = [servers.masters[sourceIndex]!, servers.masters[(sourceIndex + 1) % 3]!]
  const [sourceId, targetId] = [
    String(await redisCall(source.port, 'CLUSTER', 'MYID')),
    String(await redisCall(target.port, 'CLUSTER', 'MYID'))
  ]
  // With a session, so that all three keys of the producer exist: a missing key would be redirected to the target.
  const messages = [message(1, { device: 'd', session: 's', seq: 1 })]
  t.match(await broker.accept([request(producerId, { messages })]), [{ kind: 'ok', outcomes: [{ offset: 1 }] }])

  await redisCall(target.port, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', sourceId)
  await redisCall(source.port, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', targetId)
  t.match(
    await broker.accept([request(producerId)]),
    [{ kind: 'ok', outcomes: [{ offset: 2 }] }],
    'the keys are still on the source'
  )

  const keys = await redisCall(source.port, 'CLUSTER', 'GETKEYSINSLOT', String(slot), '10') as string[]
  const [moving, ...others] = keys
  await redisCall(source.port, 'MIGRATE', '127.0.0.1', String(target.port), moving!, '0', '5000')
  await t.rejects(
    broker.accept([request(producerId)]),
    { name: 'BrokerUnavailableError', message: /TRYAGAIN/ },
    'half of the keys are'
  )
  for (const key of others) await redisCall(source.port, 'MIGRATE', '127.0.0.1', String(target.port), key, '0', '5000')
  const head = { epoch: 1, offset: 2, version: 0, verified: false }
  t.same(await broker.accept([request(producerId)]), [{ kind: 'unverified', head }], 'the target is asked')

  for (const { port } of [target, source]) await redisCall(port, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', targetId)
  t.same(await broker.accept([request(producerId)]), [{ kind: 'unverified', head }], 'the target has the slot')
  await openEpoch(broker, producerId)
  t.match(await broker.accept([request(producerId, { messages })]), [
    { outcomes: [{ kind: 'repeat', position: { epoch: 1, offset: 1 } }] }
  ])
  t.same(connection.states, [], 'nothing was lost')
})
