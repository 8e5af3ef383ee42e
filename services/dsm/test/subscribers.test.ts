import { brokerKinds, waitFor } from '@motience/testing'
import t from 'tap'
import { inbox, testDsm } from './fixture.js'

const offsetOf = (response: { json (): { offset: number } }): number => response.json().offset

for (const brokerKind of await brokerKinds()) {
  t.test(`on ${brokerKind}`, async t => {
    const { post, sm, broker } = await testDsm(t, { brokerKind })

    t.test('a subscriber list is read once, and again after a change', async t => {
      await post({ producer_id: 1, payload: {} })
      const before = sm.asked
      await post({ producer_id: 1, payload: {} })
      t.equal(sm.asked, before)
      await sm.activate(1, 50)
      const response = await post({ producer_id: 1, payload: {} })
      t.equal(response.json<{ subscriberCount: number }>().subscriberCount, 1)
      t.ok(sm.asked > before)
    })

    t.test('an event that is lost costs a call of the broker and nothing else', async t => {
      const { publishControl } = broker
      broker.publishControl = async () => {}
      t.teardown(() => { broker.publishControl = publishControl })
      const received = await inbox(broker, 60)
      await sm.activate(2, 60)
      t.equal(offsetOf(await post({ producer_id: 2, payload: {} })), 1)
      await sm.revoke(2, 60)
      const response = await post({ producer_id: 2, payload: {} })
      t.equal(response.json<{ subscriberCount: number }>().subscriberCount, 0)
      await sm.activate(2, 60)
      t.equal(offsetOf(await post({ producer_id: 2, payload: {} })), 3)
      await waitFor(() => received.length === 2)
      t.same(received.map(envelope => envelope.offset), [1, 3])
    })

    t.test('with SM down, cached subscribers serve until they are stale; then the answer is 503', async t => {
      await sm.activate(3, 70)
      await post({ producer_id: 3, payload: {} })
      sm.down = true
      t.teardown(() => { sm.down = false })
      t.equal(offsetOf(await post({ producer_id: 3, payload: {} })), 2)
      await sm.revoke(3, 70)
      const refused = await post({ producer_id: 3, payload: {} })
      t.equal(refused.statusCode, 503)
      t.equal(refused.headers['retry-after'], '1')
      sm.down = false
      t.equal(offsetOf(await post({ producer_id: 3, payload: {} })), 3)
    })
  })
}

t.test('a list that stays behind the broker\'s version is given up, with nothing accepted', async t => {
  const { post, sm, broker } = await testDsm(t, { settings: { acceptDeadlineMs: 150 } })
  await post({ producer_id: 1, payload: {} })
  await broker.raiseVersion(1, sm.version(1) + 1)
  const response = await post({ producer_id: 1, payload: {} })
  t.equal(response.statusCode, 503)
  const [head] = await broker.heads([1])
  t.equal(head!.offset, 1)
})
