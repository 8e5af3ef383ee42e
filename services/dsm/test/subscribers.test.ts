import { brokerKinds, waitFor } from '@motience/testing'
import t from 'tap'
import { inbox, testDsm } from './test-dsm.js'

const offsetOf = (response: { json (): { offset: number } }): number => response.json().offset

for (const brokerKind of await brokerKinds()) {
  t.test(`on ${brokerKind}`, async t => {
    const { post, sm, broker } = await testDsm(t, { brokerKind })

    const versions = new Map<number, number>()
    t.teardown(broker.onControl(event => {
      if (event.type === 'subscription-changed') versions.set(event.producer_id, event.version)
    }))
    /** DSM's handler was registered before: what reached this one has been applied. */
    const eventReceived = async (producerId: number): Promise<void> => {
      await waitFor(() => versions.get(producerId) === sm.version(producerId), { what: 'the control event' })
    }
    const fanOut = async (producerId: number): Promise<number> =>
      (await post({ producer_id: producerId, payload: {} })).json<{ subscriberCount: number }>().subscriberCount

    t.test('a subscriber list is read once; each change is applied to it without a call to SM', async t => {
      await fanOut(1)
      const before = sm.asked
      t.equal(await fanOut(1), 0)
      const changes = [
        ['activate', 50, 1], ['request', 51, 1], ['activate', 51, 2], ['revoke', 50, 1], ['request', 50, 1],
        ['revoke', 50, 1], ['revoke', 51, 0]
      ] as const
      for (const [change, consumer, expected] of changes) {
        await sm[change](1, consumer)
        await eventReceived(1)
        t.equal(await fanOut(1), expected, `after ${change} ${consumer}`)
      }
      t.equal(sm.asked, before)
    })

    t.test('after a gap the list is read from SM', async t => {
      const { publishControl } = broker
      await sm.activate(4, 80)
      t.equal(await fanOut(4), 1)
      broker.publishControl = async () => {}
      t.teardown(() => { broker.publishControl = publishControl })
      await sm.revoke(4, 80)
      broker.publishControl = publishControl
      await sm.activate(4, 81)
      await eventReceived(4)
      const before = sm.asked
      const received = await inbox(broker, 80)
      const current = await inbox(broker, 81)
      t.equal(await fanOut(4), 1)
      t.equal(sm.asked, before + 1)
      await waitFor(() => current.length === 1)
      t.same(received, [], 'a revocation that was missed is not undone by the next event')
    })

    t.test('an event older than the list is ignored', async t => {
      await sm.activate(5, 90)
      await eventReceived(5)
      await sm.revoke(5, 90)
      await eventReceived(5)
      t.equal(await fanOut(5), 0)
      const before = sm.asked
      versions.delete(5)
      await broker.publishControl({
        type: 'subscription-changed',
        producer_id: 5,
        consumer_id: 90,
        status: 'active',
        reason: 'test',
        version: 1,
        previous_version: 0,
        activated_version: 1
      })
      await waitFor(() => versions.get(5) === 1)
      t.equal(await fanOut(5), 0)
      t.equal(sm.asked, before)
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

    t.test('with SM down, the cached list and its events serve; once an event is lost the answer is 503', async t => {
      const { publishControl } = broker
      await sm.activate(3, 70)
      await post({ producer_id: 3, payload: {} })
      sm.down = true
      t.teardown(() => {
        sm.down = false
        broker.publishControl = publishControl
      })
      await sm.activate(3, 71)
      await eventReceived(3)
      t.equal(offsetOf(await post({ producer_id: 3, payload: {} })), 2)
      broker.publishControl = async () => {}
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
  const { post, sm, broker } = await testDsm(t, { settings: { acceptDeadlineMs: 1_500 } })
  // The first message opens the log, which may take its time on a busy machine.
  await waitFor(async () => (await post({ producer_id: 1, payload: {} })).statusCode === 200)
  const [before] = await broker.heads([1])
  await broker.raiseVersion(1, sm.version(1) + 1)
  const response = await post({ producer_id: 1, payload: {} })
  t.equal(response.statusCode, 503)
  const [head] = await broker.heads([1])
  t.equal(head!.offset, before!.offset)
})
