import t from 'tap'
import { brokerSuite } from '../suite/index.js'
import { createMemoryBroker } from './memory-broker.js'

await t.test('the memory broker', t => brokerSuite(t, async limits => createMemoryBroker(limits)))
