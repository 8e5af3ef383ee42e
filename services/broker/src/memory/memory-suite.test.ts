import t from 'tap'
import { brokerSuite } from '../suite/index.js'
import { interleavingsSuite } from '../suite/interleavings.js'
import { createMemoryBroker } from './memory-broker.js'

await t.test('the memory broker', t => brokerSuite(t, async limits => createMemoryBroker(limits)))

await t.test('10,000 interleavings of publishing and revoking', async t => {
  const broker = createMemoryBroker()
  await interleavingsSuite(t, broker, broker, { rounds: 10_000, seed: 1 })
})
