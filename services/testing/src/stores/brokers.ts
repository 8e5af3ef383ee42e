import { createMemoryBroker, createRedisBroker, type Broker, type BrokerLimits } from '@motience/broker'
import { redisAvailable } from '../servers/find-command.js'
import { redisCall } from '../servers/redis-call.js'
import type { Teardown } from '../servers/teardown.js'
import { reportSkipped, sharedRedis } from './shared-servers.js'

/** Kinds of broker that can be tested on this machine. */
export const brokerKinds = async (): Promise<Broker['kind'][]> => {
  if (redisAvailable()) return ['memory', 'redis']
  reportSkipped('Redis')
  return ['memory']
}

/**
 * Opens a broker for one test and closes it afterwards. Redis is one server for the whole process, emptied by each call
 * without `keep`: further brokers of a test share it with `keep: true`.
 */
export const testBroker = async (
  t: Teardown,
  kind: Broker['kind'],
  { keep = false, limits = {} }: { keep?: boolean; limits?: Partial<BrokerLimits> } = {}
): Promise<Broker> => {
  if (kind === 'memory') {
    const broker = createMemoryBroker(limits)
    t.teardown(() => broker.close())
    return broker
  }
  const server = await sharedRedis()
  if (!keep) await redisCall(server.port, 'FLUSHALL')
  const broker = await createRedisBroker({ url: server.url, mode: 'standalone', limits })
  t.teardown(() => broker.close())
  return broker
}
