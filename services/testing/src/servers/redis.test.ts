import t from 'tap'
import { redisAvailable } from './find-command.js'
import { redisCall, redisInfo } from './redis-call.js'
import { startRedis } from './redis.js'

const skip = redisAvailable() ? false : 'no Redis on this machine'

t.test('data in an AOF with `always` survives SIGKILL, on the same port', { skip }, async t => {
  const server = await startRedis({ aof: 'always' })
  t.teardown(() => server.remove())
  await redisCall(server.port, 'SET', 'kept', 'yes')
  const { pid } = server
  await server.kill()
  await t.rejects(redisCall(server.port, 'PING'))
  await server.start()
  t.not(server.pid, pid)
  t.equal(await redisCall(server.port, 'GET', 'kept'), 'yes')
})

t.test('without an AOF nothing survives', { skip }, async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  await redisCall(server.port, 'SET', 'lost', 'yes')
  const before = await redisInfo(server.port, 'server')
  await server.restart()
  t.equal(await redisCall(server.port, 'GET', 'lost'), null)
  t.not((await redisInfo(server.port, 'server'))['run_id'], before['run_id'])
})

t.test('a paused server keeps its data and resumes', { skip }, async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  server.pause()
  const answer = redisCall(server.port, 'SET', 'a', '1').catch((error: Error) => error)
  server.resume()
  await answer
  t.equal(await redisCall(server.port, 'SET', 'a', '2'), 'OK')
})

t.test('rejects immediately if the port is in use', { skip }, async t => {
  const server = await startRedis()
  t.teardown(() => server.remove())
  await t.rejects(startRedis({ port: server.port }), { message: /^Redis exited: [^]*in use/ })
})
