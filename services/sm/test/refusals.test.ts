import t from 'tap'
import { call, subscribe, testSetup, unsubscribe } from './test-sm.js'

const parts = await testSetup(t)
const app = await parts.sm()
const [producer, consumer] = [await parts.producer(), await parts.consumer()]
const { body: { id } } = await subscribe(app, consumer, producer)
const [otherProducer, otherConsumer] = [await parts.producer(), await parts.consumer()]
const admin = await parts.ap.issue({ role: 'admin', userId: 900 })
const service = await parts.ap.issue({ role: 'service', service: 'dsm' })

const asks = async (token: string | undefined, route: string, body?: object) =>
  (await call(app, route, { token, body })).status

t.test('each call is for whom it is for', async t => {
  const cases: [
    string,
    object | undefined,
    Record<'nobody' | 'consumer' | 'otherConsumer' | 'producer' | 'otherProducer' | 'admin' | 'service', number>
  ][] = [
    [
      'POST /api/subscribe',
      { producer_id: producer.id },
      { nobody: 401, consumer: 200, otherConsumer: 201, producer: 403, otherProducer: 403, admin: 403, service: 403 }
    ],
    [
      `DELETE /api/unsubscribe?producer_id=${otherProducer.id}`,
      undefined,
      { nobody: 401, consumer: 404, otherConsumer: 404, producer: 403, otherProducer: 403, admin: 403, service: 403 }
    ],
    [
      `GET /api/subscriptions/${consumer.id}`,
      undefined,
      { nobody: 401, consumer: 200, otherConsumer: 403, producer: 403, otherProducer: 403, admin: 200, service: 200 }
    ],
    [
      `GET /api/subscribers/${producer.id}`,
      undefined,
      { nobody: 401, consumer: 403, otherConsumer: 403, producer: 200, otherProducer: 403, admin: 200, service: 200 }
    ],
    [
      `PATCH /api/subscriptions/${id}`,
      { status: 'active' },
      { nobody: 401, consumer: 403, otherConsumer: 403, producer: 200, otherProducer: 403, admin: 403, service: 403 }
    ],
    [
      'PATCH /api/subscriptions/123456',
      { status: 'active' },
      { nobody: 401, consumer: 403, otherConsumer: 403, producer: 404, otherProducer: 404, admin: 403, service: 403 }
    ],
    [
      `GET /api/producers/${producer.id}/policy`,
      undefined,
      { nobody: 401, consumer: 403, otherConsumer: 403, producer: 200, otherProducer: 403, admin: 403, service: 403 }
    ],
    [
      `PUT /api/producers/${producer.id}/policy`,
      { approval: 'automatic' },
      { nobody: 401, consumer: 403, otherConsumer: 403, producer: 200, otherProducer: 403, admin: 403, service: 403 }
    ]
  ]
  const tokens = {
    nobody: undefined,
    consumer: consumer.token,
    otherConsumer: otherConsumer.token,
    producer: producer.token,
    otherProducer: otherProducer.token,
    admin,
    service
  }
  for (const [route, body, expected] of cases) {
    const found: Record<string, number> = {}
    for (const [who, token] of Object.entries(tokens)) found[who] = await asks(token, route, body)
    t.strictSame(found, expected, route)
  }
})

t.test('a producer that does not exist, or is a consumer, is a 404 that leaves nothing', async t => {
  for (const producerId of [424242, otherConsumer.id]) {
    t.match(await call(app, 'POST /api/subscribe', { token: consumer.token, body: { producer_id: producerId } }), {
      status: 404,
      body: { code: 'MOT_SM_NO_SUCH_PRODUCER' }
    })
    t.strictSame([...await parts.database.sql`SELECT FROM sm.producers WHERE producer_id = ${producerId}`], [])
  }
})

t.test('bad input is a 400 that names the place', async t => {
  const cases: [string, object | undefined, string][] = [
    ['POST /api/subscribe', {}, '/producer_id'],
    ['POST /api/subscribe', { producer_id: '1' }, '/producer_id'],
    ['POST /api/subscribe', { producer_id: 1, more: true }, '/more'],
    ['POST /api/subscribe', { producer_id: 2 ** 31 }, '/producer_id'],
    ['DELETE /api/unsubscribe', undefined, '/producer_id'],
    ['DELETE /api/unsubscribe?producer_id=0', undefined, '/producer_id'],
    ['DELETE /api/unsubscribe?producer_id=1', { producer_id: 2 }, '/producer_id'],
    ['DELETE /api/unsubscribe', { producer_id: 1.5 }, '/producer_id'],
    [`GET /api/subscriptions/${consumer.id}?limit=1001`, undefined, '/limit'],
    [`GET /api/subscriptions/${consumer.id}?cursor=abc`, undefined, '/cursor'],
    [`GET /api/subscriptions/${consumer.id}?status=none`, undefined, '/status'],
    ['GET /api/subscriptions/x', undefined, '/id']
  ]
  for (const [route, body, path] of cases) {
    t.match(
      await call(app, route, { token: consumer.token, body }),
      { status: 400, body: { code: 'MOT_BAD_INPUT', errors: [{ path }] } },
      route
    )
  }
})

t.test('without AP a producer that is not known yet can\'t be subscribed to, and one that is can', async t => {
  const unknown = await parts.producer()
  await subscribe(app, otherConsumer, producer)
  // With the list of revocations complete, tokens are verified without AP.
  await parts.broker.replaceRevocations([])
  await parts.broker.publishControl({ type: 'user-enabled', user_id: 999 })
  const second = await parts.sm()
  await unsubscribe(second, consumer, producer)
  await parts.ap.stop()
  t.match(await subscribe(second, otherConsumer, unknown), { status: 503, headers: { 'retry-after': /\d/ } })
  await parts.ap.start()
  t.match(await subscribe(second, otherConsumer, unknown), { status: 201 })
})
