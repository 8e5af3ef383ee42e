import t from 'tap'
import { createLanes } from './lanes.js'
import { takeBatch, type Job } from './lane.js'
import type { Draft } from './envelope.js'

t.test('the least recently used lane is dropped, but none in use', async t => {
  const lanes = createLanes(2)
  const one = lanes.of(1)
  lanes.of(2)
  t.equal(lanes.of(1), one)
  lanes.of(3)
  lanes.of(4)
  t.equal(lanes.find(2), undefined)
  t.ok(lanes.size <= 3)
  const used = lanes.of(5)
  used.working = true
  for (let id = 6; id < 10; id++) lanes.of(id)
  t.equal(lanes.of(5), used)
})

t.test('a batch takes whole jobs, up to 1,000 messages or one job', async t => {
  const job = (messages: number): Job => ({ drafts: new Array<Draft>(messages), resolve: () => {} })
  const lane = createLanes(1).of(1)
  lane.queue = [job(400), job(600), job(1), job(1_000), job(2)]
  t.same(takeBatch(lane).map(taken => taken.drafts.length), [400, 600])
  t.same(takeBatch(lane).map(taken => taken.drafts.length), [1])
  t.same(takeBatch(lane).map(taken => taken.drafts.length), [1_000])
  t.same(takeBatch(lane).map(taken => taken.drafts.length), [2])
  t.same(takeBatch(lane), [])
})
