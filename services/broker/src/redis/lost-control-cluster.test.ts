import t from 'tap'
import { redisCall, startRedisCluster } from '@motience/testing'
import { lostControlSuite } from '../suite/lost-control.js'
import { range } from '../suite/fixtures.js'
import { createRedisBroker } from './redis-broker.js'
import { slotOf } from './slots.js'

t.test('control events of a Cluster', async t => {
  const servers = await startRedisCluster()
  t.teardown(() => servers.remove())
  const masterOf = (key: string) => servers.masters[Math.floor(slotOf(key) / Math.ceil(16_384 / 3))]!
  await lostControlSuite(t, { url: servers.url, mode: 'cluster' }, key => redisCall(masterOf(key).port, 'INCR', key))

  for (const index of range(0, 2)) {
    t.test(`publishing rejects if master ${index} is unreachable`, async t => {
      const broker = await createRedisBroker({ url: servers.url, mode: 'cluster', timeoutMs: 1000 })
      t.teardown(() => broker.close())
      const server = servers.masters[index]!
      server.pause()
      t.teardown(() => server.resume())
      const event = { type: 'user-enabled', user_id: 1 } as const
      await t.rejects(broker.publishControl(event), { name: 'BrokerUnavailableError' }, 'before the loss is detected')
      await t.rejects(broker.publishControl(event), { name: 'BrokerUnavailableError' }, 'and after that')
    })
  }
})
