import t from 'tap'
import { applyChange, type SubscriptionChange } from './subscriber-list.js'

const list = { version: 10, consumerIds: [1, 2, 3] }

const change = (fields: Partial<SubscriptionChange>): SubscriptionChange => ({
  type: 'subscription-changed',
  producer_id: 7,
  consumer_id: 2,
  status: 'inactive',
  reason: 'revoked',
  version: 15,
  previous_version: 10,
  activated_version: null,
  ...fields
})

t.test('the next change takes effect, whatever the distance between the version numbers', async t => {
  t.same(applyChange(list, change({ status: 'inactive' })), { version: 15, consumerIds: [1, 3] })
  t.same(applyChange(list, change({ status: 'pending' })), { version: 15, consumerIds: [1, 3] })
  t.same(applyChange(list, change({ status: 'active', consumer_id: 4 })), { version: 15, consumerIds: [1, 2, 3, 4] })
  t.same(applyChange(list, change({ status: 'pending', consumer_id: 4 })), { version: 15, consumerIds: [1, 2, 3] })
  t.same(applyChange(list, change({ status: 'inactive', consumer_id: 4 })), { version: 15, consumerIds: [1, 2, 3] })
  t.same(list, { version: 10, consumerIds: [1, 2, 3] }, 'the list that a call may hold is not modified')
})

t.test('a consumer is never listed twice', async t => {
  t.same(applyChange(list, change({ status: 'active' }))?.consumerIds.toSorted(), [1, 2, 3])
})

t.test('changes that the list contains already leave it as it is', async t => {
  t.equal(applyChange(list, change({ version: 10, previous_version: 9 })), list)
  t.equal(applyChange(list, change({ version: 9, previous_version: 8 })), list)
})

t.test('after a gap, or where the previous version is not known, the list has to be read', async t => {
  t.equal(applyChange(list, change({ previous_version: 12 })), null)
  t.equal(applyChange(list, change({ previous_version: 9 })), null)
  t.equal(applyChange(list, change({ previous_version: null })), null)
  t.equal(applyChange(list, change({ previous_version: undefined })), null)
})
