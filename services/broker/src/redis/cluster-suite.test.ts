import t from 'tap'
import { startRedisCluster } from '@motience/testing'
import { brokerSuite, lenientTimeouts } from '../suite/index.js'
import { createRedisBroker } from './redis-broker.js'

const servers = await startRedisCluster()
t.teardown(() => servers.remove())

await t.test('the broker on a Redis Cluster', t => brokerSuite(t, async limits => {
  const broker = await createRedisBroker({ url: servers.url, mode: 'cluster', limits, ...lenientTimeouts })
  t.teardown(() => broker.close())
  return broker
}))
