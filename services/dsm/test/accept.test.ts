import { brokerKinds, databaseKinds, waitFor } from '@motience/testing'
import t from 'tap'
import { inbox, numbered, resultsOf, storedOf, testDsm } from './test-dsm.js'

for (const databaseKind of await databaseKinds()) {
  for (const brokerKind of await brokerKinds()) {
    t.test(`on ${databaseKind} and ${brokerKind}`, async t => {
      const { post, postBatch, sm, broker, database } = await testDsm(t, { databaseKind, brokerKind })

      t.test('a message is numbered, published to active subscribers and stored before the answer', async t => {
        await sm.activate(1, 50)
        const received = await inbox(broker, 50)
        const stranger = await inbox(broker, 51)
        const response = await post({
          producer_id: 1,
          device_id: 'pi',
          id: 'a"b',
          session: 's',
          seq: 1,
          timestamp: '2026-01-02T03:04:05+01:00',
          clock_offset_ms: 250,
          payload: { text: 'ä\u0000\ud800', n: 1.5 }
        })
        t.equal(response.statusCode, 200)
        t.match(response.json(), { producer_id: 1, offset: 1, subscriberCount: 1, duplicate: false })
        t.same((await storedOf(database, 1)).map(row => [row.offset, row.session, row.seq]), [[1, 's', 1]])
        await waitFor(() => received.length === 1)
        const { epoch, received_at: receivedAt } = response.json<{ epoch: number, received_at: string }>()
        t.same(received[0], {
          type: 'data',
          producer_id: 1,
          device_id: 'pi',
          epoch,
          offset: 1,
          id: 'a"b',
          session: 's',
          seq: 1,
          timestamp: '2026-01-02T02:04:05.000Z',
          clock_offset_ms: 250,
          received_at: receivedAt,
          payload: { text: 'ä\u0000\ud800', n: 1.5 }
        })
        t.same(stranger, [])
      })

      t.test('100 messages sent twice arrive once, with offsets 1 to 100', async t => {
        await sm.activate(2, 60)
        const received = await inbox(broker, 60)
        const messages = numbered(2, 's', 1, 100)
        const first = resultsOf(await postBatch(messages))
        t.same(first.map(result => result.offset), messages.map((_, n) => n + 1))
        t.ok(first.every(result => !result.duplicate))
        const second = resultsOf(await postBatch(messages))
        t.same(
          second.map(result => [result.epoch, result.offset, result.duplicate]),
          first.map(result => [result.epoch, result.offset, true])
        )
        t.same((await storedOf(database, 2)).map(row => row.seq), messages.map(message => message.seq))
        await waitFor(() => received.length === 100)
        t.same(received.map(envelope => envelope.offset), messages.map((_, n) => n + 1))
      })

      t.test('a message sent twice in one batch is accepted once', async t => {
        const [one, two] = numbered(3, 's', 1, 2)
        const results = resultsOf(await postBatch([one!, one!, two!, one!]))
        t.same(results.map(result => [result.offset, result.duplicate]), [[1, false], [1, true], [2, false], [1, true]])
      })

      t.test('a number that was passed and never accepted is refused', async t => {
        await post({ producer_id: 4, session: 's', seq: 10, payload: {} })
        const response = await post({ producer_id: 4, session: 's', seq: 9, payload: {} })
        t.equal(response.statusCode, 409)
        t.equal(response.json<{ code: string }>().code, 'MOT_DSM_SEQ_PASSED')
      })

      t.test('what has no session, or another device, is never a repeat', async t => {
        const bodies = [
          { seq: 1 },
          { seq: 1 },
          { session: 's' },
          { session: 's' },
          { session: 's', seq: 1 },
          { session: 's', seq: 1, device_id: 'd' }
        ]
        const results = resultsOf(await postBatch(bodies.map(body => ({ producer_id: 5, payload: {}, ...body }))))
        t.same(results.map(result => [result.offset, result.duplicate]), bodies.map((_, n) => [n + 1, false]))
      })

      t.test('messages of several producers in one batch are numbered each', async t => {
        const results = resultsOf(
          await postBatch([6, 7, 6, 7].map(producerId => ({ producer_id: producerId, payload: {} })))
        )
        t.same(results.map(result => [result.producer_id, result.offset]), [[6, 1], [7, 1], [6, 2], [7, 2]])
      })

      t.test('requests that come at once keep their order within a producer', async t => {
        const answers = await Promise.all(
          Array.from(
            { length: 50 },
            async (_, n) => await post({ producer_id: 8, session: 's', seq: n + 1, payload: {} })
          )
        )
        t.same(answers.map(answer => answer.json<{ offset: number }>().offset), answers.map((_, n) => n + 1))
      })
    })
  }
}
