import t from 'tap'
import { redisCall, startRedis, waitFor } from '@motience/testing'
import type { BrokerLogger } from './logger.js'
import { openBroker } from './open-broker.js'

const recorder = () => {
  const told: string[] = []
  const note = (_fields: object, message: string): void => { told.push(message) }
  const logger: BrokerLogger = { info: note, warn: note, error: note }
  return { told, logger }
}

t.test('without a URL the broker is the memory one', async t => {
  const { told, logger } = recorder()
  const broker = await openBroker({ url: '', logger })
  t.equal(broker.kind, 'memory')
  t.equal(broker.connection, 'up')
  broker.onConnection(() => {})()
  await broker.ping()
  broker.onControl(() => { throw new Error('a fault') })
  await broker.publishControl({ type: 'user-enabled', user_id: 1 })
  t.same(told, ['Handler of a channel failed'])
  await broker.close()
})

t.test('a Redis that comes late is waited for, and the waiting is told', async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  await server.stop()
  const { told, logger } = recorder()
  const opening = openBroker({ url: server.url, logger })
  await waitFor(() => told.length > 0)
  await server.start()
  const broker = await opening
  t.teardown(() => broker.close())
  t.equal(broker.kind, 'redis')
  t.same(told.slice(0, 1).concat(told.slice(-1)), ['Waiting for Redis', 'Connected to Redis'])
})

t.test('a Redis that does not come is given up, with the reason and the settings to look at', async t => {
  const server = await startRedis()
  await server.stop()
  t.teardown(() => server.remove())
  await t.rejects(openBroker({ url: server.url, waitMs: 0 }), {
    name: 'BrokerUnavailableError',
    message: /not reached within 0 s \(REDIS_URL.*ECONNREFUSED/
  })
})

t.test('a replica, a wrong password and a URL of something else are refused', async t => {
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
