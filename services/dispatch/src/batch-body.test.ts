import { DataBatchBodySchema } from '@motience/schemas'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { batchBody } from './batch-body.js'

t.test('the schema accepts the body of one message and of many', async t => {
  for (const count of [1, 2, 1_000]) {
    const messages = Array.from({ length: count }, (_, i) => ({ producer_id: i + 1, id: 'ü', payload: { n: i } }))
    const texts = messages.map(message => Buffer.from(`${JSON.stringify(message)},`))
    const body: unknown = JSON.parse(batchBody(texts).toString())
    t.strictSame(body, { messages })
    t.ok(Value.Check(DataBatchBodySchema, body))
  }
})

t.test('texts may arrive in chunks of several messages', async t => {
  const texts = ['{"producer_id":1,"payload":{}},{"producer_id":2,"payload":{}},', '{"producer_id":3,"payload":{}},']
  const body = JSON.parse(batchBody(texts.map(text => Buffer.from(text))).toString()) as { messages: object[] }
  t.equal(body.messages.length, 3)
  t.ok(Value.Check(DataBatchBodySchema, body))
})
