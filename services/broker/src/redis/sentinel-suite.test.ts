import t from 'tap'
import { startRedisSentinel } from '@motience/testing'
import { brokerSuite, lenientTimeouts } from '../suite/index.js'
import { createRedisBroker } from './redis-broker.js'

const servers = await startRedisSentinel()
t.teardown(() => servers.remove())

await t.test('the broker on Redis with Sentinels', t => brokerSuite(t, async limits => {
  const broker = await createRedisBroker({
    url: servers.url,
    mode: 'sentinel',
    sentinelName: servers.name,
    limits,
    ...lenientTimeouts
  })
  t.teardown(() => broker.close())
  return broker
}))
