import t from 'tap'
import { call, subscribe, subscribers, testSetup, unsubscribe } from './test-sm.js'

t.test('who changes too often is refused for a while, by all routes that change something', async t => {
  const parts = await testSetup(t)
  const app = await parts.sm({ changeRate: 3 })
  const [producer, consumer, other] = [await parts.producer(), await parts.consumer(), await parts.consumer()]
  const { body: { id } } = await subscribe(app, consumer, producer)
  await unsubscribe(app, consumer, producer)
  await subscribe(app, consumer, producer)

  const { status, body, headers } = await unsubscribe(app, consumer, producer)
  t.match({ status, body }, { status: 429, body: { code: 'MOT_RATE_LIMITED' } })
  t.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 60)
  t.match(
    (await subscribers(app, producer)).body.subscribers,
    [{ consumer_id: consumer.id, status: 'active' }],
    'and nothing was changed'
  )

  t.equal((await subscribe(app, other, producer)).status, 201, 'another user is not held up')
  const asProducer = async (route: string, body: object) =>
    (await call(app, route, { token: producer.token, body })).status
  for (const approval of ['manual', 'automatic']) {
    t.equal(await asProducer(`PUT /api/producers/${producer.id}/policy`, { approval }), 200)
  }
  t.equal(await asProducer(`PATCH /api/subscriptions/${id}`, { status: 'inactive' }), 200)
  t.equal(await asProducer(`PATCH /api/subscriptions/${id}`, { status: 'active' }), 429)
  for (let i = 0; i < 5; i++) t.equal((await subscribers(app, producer)).status, 200, 'reading is not counted')
})
