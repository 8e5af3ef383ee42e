import t from 'tap'
import { createMemoryBroker, type Broker } from '@motience/broker'
import { findStartPosition } from './start-position.js'

/** Accepts `count` messages of producer 7 with a version of its subscriber list. */
const publish = async (broker: Broker, version: number, count: number): Promise<void> => {
  const messages = Array.from({ length: count }, () => ({
    head: '{"type":"data","producer_id":7,"epoch":',
    tail: '}',
    device: '',
    session: null,
    seq: null
  }))
  await broker.accept([{ producerId: 7, version, subscribers: [], messages }])
}

t.test('the first visible message is found across many short pages', async t => {
  const broker = createMemoryBroker({ logPageBytes: 200 })
  const [expected] = await broker.heads([7])
  await broker.openEpoch({ producerId: 7, epoch: 1, expected: expected!, version: 0 })
  await publish(broker, 3, 400)
  await publish(broker, 4, 300)
  const grant = { activatedVersion: 4, version: 4 }
  const grants = { one: async () => grant }
  t.same(await findStartPosition(broker, grants, 1, 7, grant), { position: { epoch: 1, offset: 400 }, grant })
  t.same(await findStartPosition(broker, grants, 1, 7, { activatedVersion: 0, version: 4 }), {
    position: { epoch: 1, offset: 0 },
    grant: { activatedVersion: 0, version: 4 }
  })
  t.same(await findStartPosition(broker, grants, 1, 7, { activatedVersion: 5, version: 5 }), {
    position: { epoch: 1, offset: 700 },
    grant: { activatedVersion: 5, version: 5 }
  })
})
