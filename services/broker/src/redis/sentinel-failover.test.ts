import t from 'tap'
import { redisCall, waitFor } from '@motience/testing'
import { message, openEpoch, range, request, textAt } from '../suite/parts.js'
import { startSentinel } from '../suite/start-sentinel.js'

t.test('a failover to a replica that stood still tells that the log is not verified', async t => {
  const { servers, broker, producerId, consumerId, got, link } = await startSentinel(t)
  const master = await servers.master()
  const replica = servers.nodes.find(node => node !== master)!
  await broker.accept([request(producerId)])
  await waitFor(async () => await redisCall(replica.port, 'HGET', `meta:{${producerId}}`, 'offset') === '1')
  replica.pause()
  // Its connection is cut too: what is written now isn't even on its way to it.
  await redisCall(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
  await broker.accept([request(producerId, { messages: range(2, 5).map(n => message(n)) })])
  await master.kill()
  replica.resume()
  await link.back(30_000)

  const head = { epoch: 1, offset: 1, version: 0, verified: false }
  t.same(
    await broker.accept([request(producerId)]),
    [{ kind: 'unverified', head }],
    'what was written last is lost, and that is noticed'
  )
  t.equal(await openEpoch(broker, producerId), 2)
  t.match(await broker.accept([request(producerId, { subscribers: [consumerId] })]), [
    { kind: 'ok', epoch: 2, outcomes: [{ offset: 1 }] }
  ])
  await waitFor(() => got.length > 0)
  t.same(got, [textAt(1, 2, 1)], 'the subscription has followed')
})
