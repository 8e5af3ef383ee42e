import { waitFor } from '@motience/testing'
import t from 'tap'
import type { ConnectionFault } from './connection.js'
import { KEY, online, produceWithKey } from './testing/setup.js'

t.test('a key is used as it is, without a sign-in, and nothing of the device is sent with it', async t => {
  const { platform, producer } = await produceWithKey(t)
  await online(producer)
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
  t.same(platform.calls, [])
  t.notMatch(JSON.stringify(platform.frames), 'device_id')
})

t.test('a key that is closed with 4001 is tried again, for its device may have been renamed', async t => {
  const { platform, producer } = await produceWithKey(t)
  await online(producer)
  for (const socket of platform.sockets) socket.close(4001)
  await waitFor(() => platform.connections === 2)
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
})

t.test('a refused key stops the producer, which tries it again at the slow rate alone', async t => {
  const { platform, producer } = await produceWithKey(t, { stoppedRetryMs: 100 })
  await online(producer)
  const stopped = new Promise<ConnectionFault>(resolve => { producer.events.once('stopped', resolve) })
  platform.revokeTokens()
  for (const socket of platform.sockets) socket.close(4001)
  t.match(await stopped, { code: 401, message: /refused the key/ })
  t.equal(producer.send({ i: 1 }), 1, 'readings are kept')
  platform.addKey(KEY)
  t.ok(await producer.drained(5000), 'an enabled device comes back')
  t.same(platform.calls, [])
})
