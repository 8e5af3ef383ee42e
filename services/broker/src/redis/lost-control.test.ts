import t from 'tap'
import { redisCall, startRedis, startRedisSentinel } from '@motience/testing'
import { lostControlSuite } from '../suite/lost-control.js'

t.test('control events of one Redis', async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  await lostControlSuite(t, { url: server.url, mode: 'standalone' }, key => redisCall(server.port, 'INCR', key))
})

t.test('control events of a Redis with Sentinels', async t => {
  const servers = await startRedisSentinel()
  t.teardown(() => servers.remove())
  await lostControlSuite(t, { url: servers.url, mode: 'sentinel', sentinelName: servers.name }, async key =>
    redisCall((await servers.master()).port, 'INCR', key)
  )
})
