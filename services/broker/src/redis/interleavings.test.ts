import t from 'tap'
import { startRedis } from '@motience/testing'
import { lenientTimeouts } from '../suite/index.js'
import { interleavingsSuite } from '../suite/interleavings.js'
import { createRedisBroker } from './redis-broker.js'

const server = await startRedis()
t.teardown(() => server.remove())

await t.test('10,000 interleavings of publishing and revoking, through two clients', async t => {
  const open = () => createRedisBroker({ url: server.url, mode: 'standalone', ...lenientTimeouts })
  const [publisher, owner] = await Promise.all([open(), open()])
  t.teardown(() => Promise.all([publisher.close(), owner.close()]))
  await interleavingsSuite(t, publisher, owner, { rounds: 10_000, seed: 1 })
})
