import t from 'tap'
import { startRedis } from '@motience/testing'
import { brokerSuite, lenientTimeouts } from '../suite/index.js'
import { createRedisBroker } from './redis-broker.js'

const server = await startRedis()
t.teardown(() => server.remove())

await t.test('the broker on one Redis', t => brokerSuite(t, async limits => {
  const broker = await createRedisBroker({ url: server.url, mode: 'standalone', limits, ...lenientTimeouts })
  t.teardown(() => broker.close())
  return broker
}))
