import { createMemoryBroker } from '@motience/broker'
import t from 'tap'
import { resultsOf, testDsm } from './test-dsm.js'

t.test('who may send what', async t => {
  const dsm = await testDsm(t, { settings: { maxPayload: 100 } })
  const { post, postBatch, get } = dsm

  t.test('a producer sends for itself, with its token\'s device where it names none', async t => {
    t.equal((await post({ producer_id: 1, payload: {} }, 'producer-1-pi')).statusCode, 200)
    await post({ producer_id: 1, device_id: 'other', payload: {} }, 'producer-1-pi')
    await post({ producer_id: 1, payload: {} })
    t.same(
      (await get('1')).json<{ items: { device_id: string | null }[] }>().items.map(item => item.device_id),
      ['pi', 'other', null]
    )
  })

  t.test('nobody else\'s, and consumers and administrators none', async t => {
    t.match((await post({ producer_id: 1, payload: {} }, 'producer-2')).json(), { status: 403, code: 'MOT_FORBIDDEN' })
    t.equal((await post({ producer_id: 1, payload: {} }, 'consumer-1')).statusCode, 403)
    t.equal((await post({ producer_id: 1, payload: {} }, 'admin-1')).statusCode, 403)
    const results = resultsOf(
      await postBatch(
        [
          { producer_id: 2, payload: {} },
          { producer_id: 1, payload: {} },
          { producer_id: 2, payload: {} }
        ],
        'producer-2'
      )
    )
    t.same(results.map(result => result.error?.code ?? result.offset), [1, 'MOT_FORBIDDEN', 2])
  })

  t.test('each bad message of a batch gets its problem, and the others go on in order', async t => {
    const good = (n: number) => ({ producer_id: 3, payload: { n } })
    const deep = JSON.parse('{"a":'.repeat(33) + '1' + '}'.repeat(33)) as object
    const bad: [unknown, string][] = [
      [{ producer_id: 3, payload: [] }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3 }, 'MOT_BAD_INPUT'],
      [{ producer_id: 0, payload: {} }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: {}, color: 'red' }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: {}, timestamp: 'noon' }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: {}, timestamp: '0000-01-01T00:00:00+01:00' }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: {}, device_id: 'a b' }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: {}, id: '' }, 'MOT_BAD_INPUT'],
      [{ producer_id: 3, payload: { text: 'é'.repeat(50) } }, 'MOT_DSM_PAYLOAD_TOO_LARGE'],
      [{ producer_id: 3, payload: deep }, 'MOT_DSM_BAD_PAYLOAD'],
      [{ producer_id: 3, payload: JSON.parse('{"a":{"__proto__":1}}') as object }, 'MOT_DSM_BAD_PAYLOAD'],
      ['text', 'MOT_BAD_INPUT'],
      [null, 'MOT_BAD_INPUT']
    ]
    const messages = bad.flatMap(([message], n) => [good(n), message as object])
    const results = resultsOf(await postBatch(messages))
    t.same(results.map(result => result.error?.code ?? result.offset), bad.flatMap(([, code], n) => [n + 1, code]))
    t.match(results[1]!.error, {
      type: '/docs/errors.md#mot_bad_input',
      status: 400,
      title: 'Bad input',
      request_id: /./,
      errors: [{ path: '/payload' }]
    })
    for (const [message, code] of bad) {
      const response = await post(message as object)
      t.ok(response.statusCode >= 400 && response.statusCode < 500, code)
      t.match(response.headers['content-type'], /problem\+json/)
    }
  })

  t.test('a payload of exactly the bound is taken, one byte more is not', async t => {
    const text = 'é'.repeat(44)
    t.equal((await post({ producer_id: 4, payload: { t: text + 'abcd' } })).statusCode, 200)
    t.equal((await post({ producer_id: 4, payload: { t: text + 'abcde' } })).statusCode, 413)
  })

  t.test('bodies that are no batch are refused whole', async t => {
    const { app } = dsm
    const send = async (payload: string) =>
      await app.inject({
        method: 'POST',
        url: '/api/data/batch',
        headers: { authorization: 'Bearer service', 'content-type': 'application/json' },
        payload
      })
    for (const body of [
      '{',
      '[]',
      '{}',
      '{"messages":[]}',
      '{"messages":[{}],"more":1}',
      `{"messages":[${'0,'.repeat(1_000)}0]}`
    ]) {
      const response = await send(body)
      t.equal(response.statusCode, 400, body.slice(0, 30))
    }
    t.equal((await app.inject({ method: 'POST', url: '/api/data/batch', payload: { messages: [] } })).statusCode, 401)
  })
})

t.test('what is pending is bounded, and more than the bound at once is taken where nothing waits', async t => {
  const { postBatch, post, app, broker } = await testDsm(t, { settings: { maxPending: 3 } })
  const batch = (count: number) => Array.from({ length: count }, () => ({ producer_id: 1, payload: {} }))
  t.ok(resultsOf(await postBatch(batch(10))).every(result => result.error === undefined))

  const { accept } = broker
  let release = () => {}
  const held = new Promise<void>(resolve => { release = resolve })
  broker.accept = async requests => {
    await held
    return await accept(requests)
  }
  const first = postBatch(batch(2))
  const second = post({ producer_id: 2, payload: {} })
  const third = await post({ producer_id: 3, payload: {} })
  t.equal(third.statusCode, 503)
  t.equal(third.headers['retry-after'], '1')
  t.match(await app.metrics.metrics(), /motience_dsm_pending_messages(\{[^}]*\})? 3\n/)
  release()
  t.ok(resultsOf(await first).every(result => result.error === undefined))
  t.equal((await second).statusCode, 200)
  t.match(await app.metrics.metrics(), /motience_dsm_pending_messages(\{[^}]*\})? 0\n/)
})

t.test('without persistence', async t => {
  // Each page of this log has one message.
  const broker = createMemoryBroker({ logPageBytes: 1 })
  t.teardown(() => broker.close())
  const { post, postBatch, get, database } = await testDsm(t, { broker, settings: { persist: false } })
  const messages = [1, 2, 3].map(seq => ({ producer_id: 1, session: 's', seq, payload: {} }))
  await postBatch(messages)

  t.test('a repeat is found in the broker\'s log', async t => {
    t.same(
      resultsOf(await postBatch(messages)).map(result => [result.offset, result.duplicate]),
      [
        [1, true],
        [2, true],
        [3, true]
      ]
    )
    t.equal((await post({ producer_id: 1, session: 's', seq: 0, payload: {} })).statusCode, 409)
  })

  t.test('history has nothing, and says so', async t => {
    t.same((await get('1')).json(), { items: [], next_cursor: null, complete: false })
    t.same((await get('2')).json(), { items: [], next_cursor: null, complete: true })
    t.equal((await database.sql`SELECT 1 FROM dsm.messages`).length, 0)
    const [head] = await broker.heads([1])
    t.same(await database.sql`SELECT epoch FROM dsm.epochs WHERE producer_id = 1`, [{ epoch: head!.epoch }])
  })
})
