import t from 'tap'
import { startRedisSentinel } from '@motience/testing'
import { brokerSuite, patience } from '../suite/index.js'
import { createRedisBroker } from './redis-broker.js'

const servers = await startRedisSentinel()
t.teardown(() => servers.remove())

await t.test('the broker on a Redis that Sentinels watch', t => brokerSuite(t, async limits => {
  const broker = await createRedisBroker({
    url: servers.url,
    mode: 'sentinel',
    sentinelName: servers.name,
    limits,
    ...patience
  })
  t.teardown(() => broker.close())
  return broker
}))
