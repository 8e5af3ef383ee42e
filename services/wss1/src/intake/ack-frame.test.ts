import { AckFrameSchema, BatchAckFrameSchema, type Accepted } from '@motience/schemas'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { ackFrame, batchAckEntry, batchAckFrame } from './ack-frame.js'

const accepted: Accepted = { producer_id: 3, epoch: 1, offset: 7, subscriberCount: 2, duplicate: false }

const cases: { answer: Accepted, message: { id: string | undefined, seq: number | undefined }, fields: object }[] = [
  { answer: accepted, message: { id: undefined, seq: undefined }, fields: {} },
  { answer: accepted, message: { id: 'a"\\\n\u2028ü', seq: 0 }, fields: { id: 'a"\\\n\u2028ü', seq: 0 } },
  {
    answer: { ...accepted, duplicate: true, received_at: '2026-01-01T00:00:00.000Z' },
    message: { id: undefined, seq: Number.MAX_SAFE_INTEGER },
    fields: { seq: Number.MAX_SAFE_INTEGER, duplicate: true, received_at: '2026-01-01T00:00:00.000Z' }
  }
]
const common = { subscriberCount: 2, epoch: 1, offset: 7 }

t.test('the schema accepts every ack frame', async t => {
  for (const { answer, message, fields } of cases) {
    const frame: unknown = JSON.parse(ackFrame(answer, message))
    t.strictSame(frame, { type: 'ack', ...common, ...fields })
    t.ok(Value.Check(AckFrameSchema, frame))
  }
})

t.test('the schema accepts the ack frame of a batch', async t => {
  const error = JSON.stringify({ error: { code: 'MOT_BAD_INPUT', message: 'Refused', seq: 4 } })
  const entries = [...cases.map(({ answer, message }) => batchAckEntry(answer, message)), error]
  const frame: unknown = JSON.parse(batchAckFrame(entries))
  const acks = cases.map(({ fields }) => ({ ...common, ...fields }))
  t.match(frame, { type: 'ack', acks: [...acks, { error: { seq: 4 } }] })
  t.ok(Value.Check(BatchAckFrameSchema, frame))
})
