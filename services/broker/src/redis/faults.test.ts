import t, { type Test } from 'tap'
import { redisCall, startRedis, waitFor } from '@motience/testing'
import { headOf, message, newId, newProducer, openEpoch, request, textAt } from '../suite/fixtures.js'
import { watchConnection } from '../suite/watch-connection.js'
import { createRedisBroker } from './redis-broker.js'

const start = async (t: Test, options: Parameters<typeof startRedis>[0] = {}) => {
  const server = await startRedis(options)
  t.teardown(() => server.remove())
  const broker = await createRedisBroker({ url: server.url, mode: 'standalone', timeoutMs: 1500 })
  t.teardown(() => broker.close())
  return { server, broker, connection: watchConnection(broker) }
}

const unavailable = { name: 'BrokerUnavailableError' }

t.test('a Redis that was killed and restarted keeps its logs, but they are unverified', async t => {
  const { server, broker, connection } = await start(t, { aof: 'always' })
  const producerId = await newProducer(broker, 4)
  const consumerId = newId()
  const got: string[] = []
  await broker.subscribe(consumerId, text => got.push(text))
  await broker.revoke([{ kind: 'session', sid: 'a', expiresAt: Date.now() + 3_600_000 }])
  await broker.replaceRevocations([])
  const messages = [message(1), message(2, { device: 'd', session: 's', seq: 5 })]
  await broker.accept([request(producerId, { version: 4, messages })])
  await server.kill()
  await connection.down()
  t.equal(broker.connection, 'down')
  await t.rejects(broker.ping(), unavailable)
  await t.rejects(broker.accept([request(producerId, { version: 4 })]), unavailable)
  await t.rejects(broker.subscribe(newId(), () => {}), unavailable)
  await t.rejects(broker.publishControl({ type: 'user-enabled', user_id: 1 }), unavailable)
  await server.start()
  await connection.back()
  await broker.ping()

  const head = { epoch: 1, offset: 2, version: 4, verified: false }
  t.same(await headOf(broker, producerId), head)
  t.same(await broker.accept([request(producerId, { version: 4 })]), [{ kind: 'unverified', head }])
  t.match(await broker.revocations(), { complete: false, items: [{ kind: 'session', sid: 'a' }] })
  await openEpoch(broker, producerId)
  t.match(
    await broker.accept([
      request(producerId, { version: 4, subscribers: [consumerId], messages: [messages[1]!, message(3)] })
    ]),
    [
      {
        epoch: 2,
        outcomes: [
          { kind: 'repeat', position: { epoch: 1, offset: 2 } },
          { kind: 'accepted', offset: 1 }
        ]
      }
    ]
  )
  await waitFor(() => got.includes(textAt(3, 2, 1)))
  t.same(got, [textAt(3, 2, 1)], 'the subscription works again')
})

t.test('a suspended Redis is detected, and does not execute later what was reported as failed', async t => {
  const { server, broker, connection } = await start(t)
  const producerId = await newProducer(broker)
  await broker.accept([request(producerId)])
  server.pause()
  const calls: Promise<unknown>[] = [
    broker.accept([request(producerId, { version: 1 })]),
    broker.raiseVersion(producerId, 9),
    broker.revoke([{ kind: 'user', userId: 5, expiresAt: Date.now() + 3_600_000 }])
  ]
  await Promise.all(calls.map(call => t.rejects(() => call, unavailable)))
  await connection.down()
  server.resume()
  await connection.back()
  t.same(await headOf(broker, producerId), { epoch: 1, offset: 1, version: 0, verified: true })
  t.same((await broker.revocations()).items, [])
  t.match(await broker.accept([request(producerId)]), [{ kind: 'ok', outcomes: [{ offset: 2 }] }])
  t.same(connection.states.slice(0, 1).concat(connection.states.slice(-1)), ['down', 'up'])
})

t.test('a silent Redis is detected by probes alone', async t => {
  const { server, broker, connection } = await start(t)
  server.pause()
  await connection.down()
  server.resume()
  await connection.back()
  t.equal(broker.connection, 'up')
})

for (const type of ['pubsub', 'normal']) {
  t.test(`connections of the type ${type} that are closed are reopened, with their subscriptions`, async t => {
    const { server, broker, connection } = await start(t)
    const producerId = await newProducer(broker)
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    await redisCall(server.port, 'CLIENT', 'KILL', 'TYPE', type)
    await connection.back()
    await broker.accept([request(producerId, { subscribers: [consumerId] })])
    await waitFor(() => got.length > 0)
    t.same(got, [textAt(1, 1, 1)])
    await broker.unsubscribe(consumerId)
  })
}

t.test('flushed scripts are loaded again', async t => {
  const { server, broker } = await start(t)
  const producerId = await newProducer(broker)
  await redisCall(server.port, 'SCRIPT', 'FLUSH')
  t.match(await broker.accept([request(producerId)]), [{ kind: 'ok' }])
  t.equal(broker.connection, 'up')
})

t.test('writes to a Redis without memory fail as unavailable', async t => {
  const { server, broker } = await start(t)
  const producerId = await newProducer(broker)
  await redisCall(server.port, 'CONFIG', 'SET', 'maxmemory', '1')
  await t.rejects(broker.accept([request(producerId)]), { ...unavailable, message: /OOM/ })
  await redisCall(server.port, 'CONFIG', 'SET', 'maxmemory', '0')
  t.match(await broker.accept([request(producerId)]), [{ kind: 'ok', outcomes: [{ offset: 1 }] }])
})

t.test('invalid control messages are dropped, and a handler that throws affects no other', async t => {
  const { server, broker } = await start(t)
  const got: string[] = []
  broker.onControl(() => { throw new Error('a fault') })
  broker.onControl(event => got.push(event.type))
  for (const text of ['{', '"text"', '{"type":"user-enabled"}', '{"type":"user-enabled","user_id":3}']) {
    await redisCall(server.port, 'PUBLISH', 'control', text)
  }
  await broker.publishControl({ type: 'user-disabled', user_id: 3, expires_at: '2030-01-01T00:00:00.000Z' })
  await waitFor(() => got.length >= 2)
  t.same(got, ['user-enabled', 'user-disabled'])
})

t.test('a closed broker rejects', async t => {
  const { broker } = await start(t)
  await broker.close()
  await t.rejects(broker.ping(), unavailable)
  await t.rejects(broker.heads([1]), unavailable)
})
