import t from 'tap'
import { readEnvelopeHead } from './index.js'

t.test('reads the head of an envelope without its payload', async t => {
  t.same(
    readEnvelopeHead(
      '{"type":"data","producer_id":7,"device_id":"a\\"b","epoch":3,"offset":12,"id":null,"payload":{}}'
    ),
    { producer_id: 7, device_id: 'a"b', epoch: 3, offset: 12 }
  )
  t.same(readEnvelopeHead('{"type":"data","producer_id":7,"device_id":null,"epoch":3,"offset":12,"id":null}'),
    { producer_id: 7, device_id: null, epoch: 3, offset: 12 })
  t.equal(readEnvelopeHead('{"type":"gap"}'), null)
})
