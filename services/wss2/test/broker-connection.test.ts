import t from 'tap'
import { createRedisBroker, type Broker } from '@motience/broker'
import { redisAvailable, redisCall, startRedis, waitFor } from '@motience/testing'
import { CONTROL_COUNT_KEY } from '@motience/schemas'
import { startPlatform } from './support/platform.js'

const skip = redisAvailable() ? false : 'no Redis'

t.test('a lost broker connection fails `/ready`, and consumers catch up once it is back', { skip }, async t => {
  const redis = await startRedis({ aof: 'always' })
  t.teardown(() => redis.remove())
  const open = async (): Promise<Broker> =>
    await createRedisBroker({ url: redis.url, mode: 'standalone', probeMs: 100, timeoutMs: 1000 })
  const platform = await startPlatform(t, 'redis', { open })
  const { connect, sm, publisher, broker, wss2, urls, token } = platform
  const { http } = wss2[0]!
  await sm.set(1, 7, 'active')
  await sm.set(1, 8, 'active')
  const client = await connect(1)
  await publisher.publish(7, 5)
  await publisher.publish(8, 5)
  await waitFor(() => client.positions(8).length === 5 && client.positions(7).length === 5)

  await redis.kill()
  await waitFor(async () => (await http.inject('/ready')).statusCode === 503, { what: '/ready to fail' })
  t.match((await http.inject('/ready')).json(), { errors: [{ path: '/broker' }] })
  await waitFor(async () => {
    const answer = await fetch(urls[0]!.replace('ws:', 'http:'), {
      headers: { authorization: `Bearer ${await token(1)}` }
    })
    return answer.status === 404
  })
  await t.rejects(connect(2), /503/)
  await redis.start()
  await waitFor(async () => (await http.inject('/ready')).statusCode === 200, { what: '/ready to succeed' })
  await waitFor(() => broker.connection === 'up')

  // as DSM does when the run changes
  await publisher.publish(7, 5)
  await waitFor(() => client.positions(7).length === 10)
  t.same(client.story().filter(line => line.includes('7:')), [
    '7:1-1', '7:1-2', '7:1-3', '7:1-4', '7:1-5', 'resumed 7:2 1..0 false', '7:2-1', '7:2-2', '7:2-3', '7:2-4', '7:2-5'
  ])
  t.equal(client.ws.readyState, client.ws.OPEN)
})

t.test(
  'messages lost by Pub/Sub while disconnected are read from the log, and changed subscriptions are announced',
  { skip },
  async t => {
    const redis = await startRedis()
    t.teardown(() => redis.remove())
    let opened = 0
    // the publisher's broker tolerates a pause that the server's treats as a lost connection
    const open = async (): Promise<Broker> =>
      await createRedisBroker(
        opened++ === 0
          ? { url: redis.url, mode: 'standalone' }
          : { url: redis.url, mode: 'standalone', probeMs: 50, timeoutMs: 200 }
      )
    const { connect, sm, publisher, wss2 } = await startPlatform(t, 'redis', { open })
    const { http } = wss2[0]!
    for (const producer of [7, 8, 9]) await sm.set(1, producer, 'active')
    for (const producer of [7, 8, 9, 10]) await publisher.publish(producer, 3)
    const client = await connect(1)
    const lost = async (): Promise<void> => {
      redis.pause()
      await waitFor(async () => (await http.inject('/ready')).statusCode === 503, { what: '/ready to fail' })
      redis.resume()
    }
    for (let turn = 0; turn < 3; turn++) {
      const loss = lost()
      const published = publisher.publish(7, 40)
      await loss
      await published
      await waitFor(async () => (await http.inject('/ready')).statusCode === 200, { what: '/ready to succeed' })
    }
    await waitFor(() => client.positions(7).length === 120)
    t.same(
      client.positions(7),
      Array.from({ length: 120 }, (_, i) => `1-${i + 4}`)
    )
    t.equal(client.of('resumed').length, 0)

    redis.pause()
    await waitFor(async () => (await http.inject('/ready')).statusCode === 503, { what: '/ready to fail' })
    redis.resume()
  }
)

t.test('a subscription that ended while the connection was lost does not begin again', { skip }, async t => {
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const open = async (): Promise<Broker> =>
    await createRedisBroker({ url: redis.url, mode: 'standalone', probeMs: 200 })
  const { connect, sm, publisher, http } = await (async () => {
    const platform = await startPlatform(t, 'redis', { open })
    return { ...platform, http: platform.wss2[0]!.http }
  })()
  for (const producer of [7, 8]) await publisher.publish(producer, 3)
  const client = await connect(1)
  for (const producer of [7, 8]) await sm.set(1, producer, 'active')
  await waitFor(() => client.of('subscribed').length === 2, { what: 'the events to be applied' })
  for (const producer of [7, 8]) await publisher.publish(producer, 5)
  await waitFor(() => client.positions(7).length === 5 && client.positions(8).length === 5)
  // committed while Redis could not be reached, so that the broker still has the version of before
  await sm.set(1, 7, 'inactive', { committed: true })
  await redisCall(redis.port, 'INCR', CONTROL_COUNT_KEY)
  await waitFor(() => client.of('unsubscribed').length === 1)
  const calls = sm.calls()
  await redisCall(redis.port, 'INCR', CONTROL_COUNT_KEY)
  await waitFor(async () => sm.calls() > calls && (await http.inject('/ready')).statusCode === 200)
  await publisher.publish(8, 1)
  await waitFor(() => client.positions(8).length === 6)
  t.same(client.positions(7), ['1-4', '1-5', '1-6', '1-7', '1-8'], 'nothing twice')
  t.equal(client.of('subscribed').length, 2)
})

t.test('a lost control event is compensated for without a reconnection', { skip }, async t => {
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const open = async (): Promise<Broker> =>
    await createRedisBroker({ url: redis.url, mode: 'standalone', probeMs: 200 })
  const { connect, sm, publisher, broker, token } = await startPlatform(t, 'redis', { open })
  await sm.set(1, 8, 'active')
  const client = await connect(1)
  const leaving = await connect(1, { token: await token(1, { sid: 'leaving' }) })
  await sm.set(1, 8, 'inactive', { silently: true })
  await sm.set(1, 9, 'active', { silently: true })
  await broker.revoke([{ kind: 'session', sid: 'leaving', expiresAt: Date.now() + 3_600_000 }])
  // as if the events of these three changes had been published but not received
  for (let n = 0; n < 3; n++) await redisCall(redis.port, 'INCR', CONTROL_COUNT_KEY)
  await waitFor(() => client.of('unsubscribed').length === 1 && client.of('subscribed').length === 1, {
    what: 'the changes to be announced'
  })
  t.equal(await leaving.closed, 4001)
  await publisher.publish(9)
  await waitFor(() => client.positions(9).length === 1)
  t.equal(client.ws.readyState, client.ws.OPEN)
})
