import t from 'tap'
import { waitFor } from '../wait-for.js'
import { redisAvailable } from './find-command.js'
import { redisCall } from './redis-call.js'
import { startRedisSentinel } from './redis-sentinel.js'

const skip = redisAvailable() ? false : 'no Redis on this machine'

t.test('the sentinels promote a replica once the master is killed', { skip }, async t => {
  const servers = await startRedisSentinel()
  t.teardown(() => servers.remove())
  const before = await servers.master()
  t.equal(before.port, servers.nodes[0]?.port)
  await redisCall(before.port, 'SET', 'kept', 'yes')
  await redisCall(before.port, 'WAIT', '1', '1000')
  await before.kill()
  const after = await waitFor(async () => {
    const master = await servers.master()
    return master.port !== before.port && master
  }, { timeoutMs: 20_000, what: 'the failover' })
  t.equal(await redisCall(after.port, 'GET', 'kept'), 'yes')
})
