import type { Test } from 'tap'
import { startRedisSentinel } from '@motience/testing'
import { createRedisBroker } from '../redis/redis-broker.js'
import { newId, newProducer } from './parts.js'
import { watchLink } from './watch-connection.js'

/** Servers that Sentinels watch, a broker on them, a producer whose log is open and a consumer that listens. */
export const startSentinel = async (t: Test) => {
  const servers = await startRedisSentinel()
  t.teardown(() => servers.remove())
  const broker = await createRedisBroker({ url: servers.url, mode: 'sentinel', sentinelName: servers.name })
  t.teardown(() => broker.close())
  const producerId = await newProducer(broker)
  const consumerId = newId()
  const got: string[] = []
  await broker.subscribe(consumerId, text => got.push(text))
  return { servers, broker, producerId, consumerId, got, link: watchLink(broker) }
}
