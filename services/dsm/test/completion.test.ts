import { databaseKinds, testBroker, testDatabase, waitFor } from '@motience/testing'
import t from 'tap'
import { fakeSm, storedOf, testDsm } from './test-dsm.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}, what another instance accepted and did not store`, async t => {
    const database = await testDatabase(t, { kind })
    const broker = await testBroker(t, 'memory')
    const sm = fakeSm(broker)
    const { post } = await testDsm(t, { database, broker, sm, settings: { completionDelayMs: 20 } })
    await post({ producer_id: 1, payload: {} })

    /** Accepts as an instance does that is killed before it commits. */
    const acceptOnly = async (seq: number): Promise<void> => {
      const receivedAt = new Date().toISOString()
      const [result] = await broker.accept([
        {
          producerId: 1,
          version: sm.version(1),
          subscribers: [],
          messages: [
            {
              head: '{"type":"data","producer_id":1,"device_id":"d","epoch":',
              tail: `,"id":null,"session":"x","seq":${seq},"timestamp":"${receivedAt}",` +
                `"received_at":"${receivedAt}","payload":{}}`,
              device: 'd',
              session: 'x',
              seq
            }
          ]
        }
      ])
      t.equal(result!.kind, 'ok')
    }

    t.test('is stored once this instance sees the hole', async t => {
      await acceptOnly(1)
      await post({ producer_id: 1, payload: {} })
      await waitFor(async () => (await storedOf(database, 1)).length === 3)
      t.same((await storedOf(database, 1)).map(row => row.seq), [null, 1, null])
    })

    t.test('is stored before its repeat is answered', async t => {
      await acceptOnly(2)
      await acceptOnly(3)
      const response = await post({ producer_id: 1, device_id: 'd', session: 'x', seq: 2, payload: {} })
      t.match(response.json(), { offset: 4, duplicate: true })
      t.same((await storedOf(database, 1)).map(row => row.offset), [1, 2, 3, 4, 5])
    })

    t.test('is stored by the first use of a new instance', async t => {
      await acceptOnly(4)
      const other = await testDsm(t, { database, broker, sm, settings: { completionDelayMs: 20 } })
      await other.post({ producer_id: 1, payload: {} })
      await waitFor(async () => (await storedOf(database, 1)).length === 7)
    })

    t.test('is in the history that is read', async t => {
      await acceptOnly(5)
      const { get } = await testDsm(t, { database, broker, sm, settings: { completionDelayMs: 60_000 } })
      const page = (await get('1?limit=1000')).json<{ items: { offset: number }[], complete: boolean }>()
      t.same(page.items.map(item => item.offset), [1, 2, 3, 4, 5, 6, 7, 8])
      t.equal(page.complete, true)
    })
  })
}
