import { metaKey } from '@motience/schemas'
import t from 'tap'
import { redisCall, type RedisServer, startRedis, waitFor } from '@motience/testing'
import { headOf, newProducer, request } from '../suite/fixtures.js'
import { createRedisBroker } from './redis-broker.js'

const isMaster = async (port: number): Promise<boolean> => {
  const role = await redisCall(port, 'ROLE')
  return Array.isArray(role) && role[0] === 'master'
}

t.test('a master that was a replica in between does not verify its earlier logs', async t => {
  const start = () => startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const [one, two] = await Promise.all([start(), start()])
  t.teardown(() => Promise.all([one.remove(), two.remove()]))
  const follow = async (from: RedisServer, to: RedisServer) => {
    await redisCall(from.port, 'REPLICAOF', '127.0.0.1', String(to.port))
    await waitFor(async () =>
      String(await redisCall(from.port, 'INFO', 'replication')).includes('master_link_status:up')
    )
  }
  await follow(two, one)
  const broker = await createRedisBroker({ url: one.url, mode: 'standalone' })
  t.teardown(() => broker.close())
  const producerId = await newProducer(broker)
  await broker.replaceRevocations([])
  t.match(await broker.accept([request(producerId)]), [{ kind: 'ok' }])

  await waitFor(async () => (await redisCall(two.port, 'HGET', metaKey(producerId), 'offset')) === '1', {
    what: 'the replica to have the message'
  })
  await redisCall(two.port, 'REPLICAOF', 'NO', 'ONE')
  await follow(one, two)
  await waitFor(() => broker.connection === 'down', { what: 'the broker to disconnect from the replica' })
  await redisCall(one.port, 'REPLICAOF', 'NO', 'ONE')
  await waitFor(() => isMaster(one.port))
  await waitFor(() => broker.connection === 'up')
  t.match(await headOf(broker, producerId), { epoch: 1, verified: false })
  t.match(await broker.accept([request(producerId)]), [{ kind: 'unverified' }])
  t.equal((await broker.revocations()).complete, false)
})
