import t from 'tap'
import { redisCall, waitFor } from '@motience/testing'
import { message, openEpoch, range, request, textAt } from '../suite/fixtures.js'
import { startSentinel } from '../suite/start-sentinel.js'

t.test('after a failover to a suspended replica the log is unverified', async t => {
  const { servers, broker, producerId, consumerId, got, connection } = await startSentinel(t)
  const master = await servers.master()
  const replica = servers.nodes.find(node => node !== master)!
  await broker.accept([request(producerId)])
  await waitFor(async () => await redisCall(replica.port, 'HGET', `meta:{${producerId}}`, 'offset') === '1')
  replica.pause()
  // Its connection is closed, too, so that the next writes are not even in its socket buffer.
  await redisCall(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
  await broker.accept([request(producerId, { messages: range(2, 5).map(n => message(n)) })])
  await master.kill()
  replica.resume()
  await connection.back(30_000)

  const head = { epoch: 1, offset: 1, version: 0, verified: false }
  t.same(
    await broker.accept([request(producerId)]),
    [{ kind: 'unverified', head }],
    'the latest write is lost, and that is detected'
  )
  t.equal(await openEpoch(broker, producerId), 2)
  t.match(await broker.accept([request(producerId, { subscribers: [consumerId] })]), [
    { kind: 'ok', epoch: 2, outcomes: [{ offset: 1 }] }
  ])
  await waitFor(() => got.length > 0)
  t.same(got, [textAt(1, 2, 1)], 'the subscription works on the new master')
})
