import type { Envelope } from '@motience/schemas'
import t from 'tap'
import { envelopeText, setEnvelopeText, parsePage, payloadText } from './envelope-text.js'

const text = (n: number, payload: string): string =>
  `{"type":"data","producer_id":1,"device_id":null,"epoch":1,"offset":${n},"id":null,"session":null,"seq":null,` +
  `"timestamp":"2026-01-01T00:00:00.000Z","received_at":"2026-01-01T00:00:00.000Z","payload":${payload}}`

t.test('an envelope has the text that it was parsed from', async t => {
  const sent = text(1, '{"imei":867322048123456789,\n"v":3.710}')
  const envelope = JSON.parse(sent) as Envelope
  t.equal(envelopeText(envelope), JSON.stringify(envelope), 'before it is kept, what it says now')
  setEnvelopeText(envelope, sent)
  t.equal(envelopeText(envelope), sent)
  t.equal(payloadText(envelope), '{"imei":867322048123456789,\n"v":3.710}')
  t.equal(payloadText({ ...envelope, payload: { v: 1 } }), '{"v":1}', 'a copy is another envelope')
})

t.test('each envelope of a page of history has its own text', async t => {
  const payloads = ['{"a":-0}', '{ "items" : [ {} ] }', '{"items":"]}"}']
  const page = parsePage(
    `{"items":[${payloads.map((payload, n) => text(n + 1, payload)).join(',')}],"next_cursor":null,"complete":true}`
  )
  t.same(page.items.map(payloadText), payloads)
  t.match(page, { next_cursor: null, complete: true })
  t.same(parsePage('{"items":[],"next_cursor":null,"complete":true}').items, [])
})
