import type { Test } from 'tap'
import { startRedisSentinel } from '@motience/testing'
import { createRedisBroker } from '../redis/redis-broker.js'
import { newId, newProducer } from './fixtures.js'
import { watchConnection } from './watch-connection.js'

/** Redis with Sentinels, a broker on it, a producer with an open log and a subscribed consumer. */
export const startSentinel = async (t: Test) => {
  const servers = await startRedisSentinel()
  t.teardown(() => servers.remove())
  const broker = await createRedisBroker({ url: servers.url, mode: 'sentinel', sentinelName: servers.name })
  t.teardown(() => broker.close())
  const producerId = await newProducer(broker)
  const consumerId = newId()
  const got: string[] = []
  await broker.subscribe(consumerId, text => got.push(text))
  return { servers, broker, producerId, consumerId, got, connection: watchConnection(broker) }
}
