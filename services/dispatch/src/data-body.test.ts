import { DataBodySchema, payloadOf, type Message } from '@motience/schemas'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { dataBodyText } from './data-body.js'

const context = { producerId: 3, deviceId: 'attic', maxPayload: 1_000 }

const bodyOf = (message: Message, deviceId: string | null = context.deviceId): unknown => {
  const payload = payloadOf(JSON.stringify({ type: 'data', ...message }))!
  const text = dataBodyText(message, payload, { ...context, deviceId })
  return typeof text === 'string' ? JSON.parse(text) : text
}

t.test('the schema accepts a body with every field, and one with the required fields only', async t => {
  const full: Message = {
    device_id: 'cellar',
    id: 'a"\u2028',
    session: 's',
    seq: 0,
    timestamp: '2026-01-01T00:00:00Z',
    clock_offset_ms: -5,
    payload: { deep: [{ n: 1e21 }, null, 'é'] }
  }
  const minimal: Message = { payload: {} }
  t.strictSame(bodyOf(full), { producer_id: 3, ...full })
  t.strictSame(bodyOf(minimal), { producer_id: 3, device_id: 'attic', payload: {} })
  t.strictSame(bodyOf(minimal, null), { producer_id: 3, payload: {} })
  for (const body of [bodyOf(full), bodyOf(minimal), bodyOf(minimal, null)]) t.ok(Value.Check(DataBodySchema, body))
})

t.test('a payload above the maximum size is refused', async t => {
  const fault = bodyOf({ payload: { text: 'x'.repeat(1_000) } })
  t.match(fault, { code: 'MOT_DSM_PAYLOAD_TOO_LARGE', path: '/payload' })
})
