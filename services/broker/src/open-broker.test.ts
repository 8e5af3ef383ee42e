import t from 'tap'
import { redisCall, startRedis, waitFor } from '@motience/testing'
import type { BrokerLogger } from './logger.js'
import { openBroker } from './open-broker.js'

const recorder = () => {
  const messages: string[] = []
  const record = (_fields: object, message: string): void => { messages.push(message) }
  const logger: BrokerLogger = { info: record, warn: record, error: record }
  return { messages, logger }
}

t.test('opens the memory broker without a URL', async t => {
  const { messages, logger } = recorder()
  const broker = await openBroker({ url: '', logger })
  t.equal(broker.kind, 'memory')
  t.equal(broker.connection, 'up')
  broker.onConnection(() => {})()
  await broker.ping()
  broker.onControl(() => { throw new Error('a fault') })
  await broker.publishControl({ type: 'user-enabled', user_id: 1 })
  t.same(messages, ['Channel handler failed'])
  await broker.close()
})

t.test('waits for a Redis that starts late, and logs that', async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  await server.stop()
  const { messages, logger } = recorder()
  const opening = openBroker({ url: server.url, logger })
  await waitFor(() => messages.length > 0)
  await server.start()
  const broker = await opening
  t.teardown(() => broker.close())
  t.equal(broker.kind, 'redis')
  t.same(messages.slice(0, 1).concat(messages.slice(-1)), ['Waiting for Redis', 'Connected to Redis'])
})

t.test('gives up after `waitMs`, with the reason and the settings to check', async t => {
  const server = await startRedis()
  await server.stop()
  t.teardown(() => server.remove())
  await t.rejects(openBroker({ url: server.url, waitMs: 0 }), {
    name: 'BrokerUnavailableError',
    message: /unavailable for 0 s \(REDIS_URL.*ECONNREFUSED/
  })
})

t.test('rejects a replica, a wrong password and an invalid URL', async t => {
  const master = await startRedis()
  t.teardown(() => master.remove())
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] })
  t.teardown(() => replica.remove())
  await redisCall(master.port, 'CONFIG', 'SET', 'requirepass', 'secret')
  await t.rejects(openBroker({ url: replica.url, waitMs: 0 }), { message: /not a master/ })
  await t.rejects(openBroker({ url: `redis://:wrong@127.0.0.1:${master.port}`, waitMs: 0 }), { message: /WRONGPASS/ })
  await t.rejects(openBroker({ url: 'http://127.0.0.1:1', waitMs: 0 }), TypeError)
  await t.rejects(openBroker({ url: `${master.url},${replica.url}`, waitMs: 0 }), TypeError)
  await t.rejects(openBroker({ url: `${master.url}/first`, waitMs: 0 }), TypeError)
  const broker = await openBroker({ url: `redis://:secret@127.0.0.1:${master.port}/3` })
  t.teardown(() => broker.close())
  t.equal(broker.connection, 'up')
})
