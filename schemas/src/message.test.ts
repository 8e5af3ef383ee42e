import t from 'tap'
import { checkPayload, MAX_PAYLOAD_DEPTH, readEnvelopeHead } from './index.js'

const nested = (levels: number): unknown => levels === 1 ? {} : { a: nested(levels - 1) }

t.test('the head of an envelope is read without its payload', async t => {
  t.same(readEnvelopeHead('{"type":"data","producer_id":7,"device_id":"a\\"b","epoch":3,"offset":12,"id":null,"payload":{}}'),
    { producer_id: 7, device_id: 'a"b', epoch: 3, offset: 12 })
  t.same(readEnvelopeHead('{"type":"data","producer_id":7,"device_id":null,"epoch":3,"offset":12,"id":null}'),
    { producer_id: 7, device_id: null, epoch: 3, offset: 12 })
  t.equal(readEnvelopeHead('{"type":"gap"}'), null)
})

t.test('a payload is refused where it is nested too deep', async t => {
  t.equal(checkPayload(nested(MAX_PAYLOAD_DEPTH)), null)
  t.match(checkPayload(nested(MAX_PAYLOAD_DEPTH + 1)), { message: /32 levels/ })
  t.match(checkPayload({ a: [[nested(MAX_PAYLOAD_DEPTH - 2)]] }), { path: /^\/a\/0\/0/ })
})

t.test('a payload with a __proto__ key is refused, wherever the key is', async t => {
  t.match(checkPayload(JSON.parse('{"a":[{"__proto__":{"x":1}}]}')), { path: '/a/0/__proto__' })
  t.equal(checkPayload({ proto: 1, constructor: 'a word' }), null)
})
