import t from 'tap'
import { redisCall, waitFor } from '@motience/testing'
import { headOf, openEpoch, request, textAt } from '../suite/fixtures.js'
import { startSentinel } from '../suite/start-sentinel.js'

t.test('switches from a master that became a replica to the new one', async t => {
  const { servers, broker, producerId, consumerId, got, connection } = await startSentinel(t)
  const before = await servers.master()
  await redisCall(servers.sentinels[0]!.port, 'SENTINEL', 'FAILOVER', servers.name)
  await waitFor(async () => await servers.master() !== before, { timeoutMs: 20_000 })
  await connection.back(30_000)
  t.equal((await headOf(broker, producerId)).verified, false)
  const epoch = await openEpoch(broker, producerId)
  t.match(await broker.accept([request(producerId, { subscribers: [consumerId] })]), [{ kind: 'ok', epoch }])
  await waitFor(() => got.length > 0)
  t.same(got, [textAt(1, epoch, 1)])
  t.equal(await redisCall((await servers.master()).port, 'HGET', `meta:{${producerId}}`, 'epoch'), String(epoch))
})
