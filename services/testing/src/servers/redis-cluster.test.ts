import t from 'tap'
import { waitFor } from '../wait-for.js'
import { redisAvailable } from './find-command.js'
import { redisCall, redisInfo } from './redis-call.js'
import { startRedisCluster } from './redis-cluster.js'

const skip = redisAvailable() ? false : 'no Redis on this machine'

t.test('serves every slot, and a replica replaces a killed master', { skip }, async t => {
  const cluster = await startRedisCluster({ replicas: true })
  t.teardown(() => cluster.remove())
  t.equal(cluster.url.split(',').length, 6)
  const [master] = cluster.masters
  const [replica] = cluster.replicas
  if (!master || !replica) return t.fail('no nodes')
  // Slot of "{3}" is 1584: the first master's.
  t.equal(await redisCall(master.port, 'SET', '{3}', 'here'), 'OK')
  await redisCall(master.port, 'WAIT', '1', '1000')
  await master.kill()
  await waitFor(async () => (await redisInfo(replica.port, 'replication'))['role'] === 'master', {
    timeoutMs: 20_000,
    what: 'the failover'
  })
  t.equal(await waitFor(() => redisCall(replica.port, 'GET', '{3}')), 'here')
})
