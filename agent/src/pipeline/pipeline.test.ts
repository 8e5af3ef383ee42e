import t from 'tap'
import { createAggregator } from './aggregate.js'
import { createChangeFilter } from './change-filter.js'
import { createPipeline } from './pipeline.js'
import type { PayloadTree } from './payload-tree.js'

t.test('changes: the first reading is complete, later ones have sufficient changes only', async t => {
  const { filter } = createChangeFilter({
    fullEveryMs: 60_000,
    thresholds: { 'temperature.*': 0.5, 'cpu.usage': '10%' }
  })
  t.same(filter({ temperature: { cpu: 40 }, cpu: { usage: 50, cores: [1, 2] }, up: true }, 0), {
    temperature: { cpu: 40 },
    cpu: { usage: 50, cores: [1, 2] },
    up: true
  })
  t.equal(filter({ temperature: { cpu: 40.4 }, cpu: { usage: 54.9, cores: [1, 2] }, up: true }, 1000), null)
  t.same(filter({ temperature: { cpu: 40.5 }, cpu: { usage: 55, cores: [1, 3] }, up: true }, 2000), {
    temperature: { cpu: 40.5 },
    cpu: { usage: 55, cores: [1, 3] }
  })
})

t.test('changes: a slow drift is compared to the value last sent', async t => {
  const { filter } = createChangeFilter({ fullEveryMs: 1e9, thresholds: { t: 1 } })
  const sent = Array.from({ length: 31 }, (_, i) => filter({ t: 20 + i / 10 }, i)).filter(Boolean)
  t.same(sent, [{ t: 20 }, { t: 21 }, { t: 22 }, { t: 23 }])
})

t.test('changes: everything is sent at intervals, and new series at once', async t => {
  const { filter } = createChangeFilter({ fullEveryMs: 1000, thresholds: {} })
  filter({ a: 1, b: 0 }, 0)
  t.same(filter({ a: 1, b: 0, c: null }, 500), { c: null })
  t.same(filter({ a: 1, b: 0, c: null }, 1000), { a: 1, b: 0, c: null })
})

t.test('changes: a relative threshold of zero passes any change, but no equal value', async t => {
  const { filter } = createChangeFilter({ fullEveryMs: 1e9, thresholds: { a: '5%' } })
  filter({ a: 0 }, 0)
  t.equal(filter({ a: 0 }, 1), null)
  t.same(filter({ a: 0.1 }, 2), { a: 0.1 })
})

t.test('aggregation: ten seconds are combined into one reading', async t => {
  const aggregator = createAggregator(10_000, ['min', 'mean', 'max'])
  for (let i = 0; i < 10; i++) {
    t.equal(aggregator.add({ cpu: { usage: i, cores: [i, 2 * i] }, up: i < 9 }, 5000 + i, i * 1000), null)
  }
  t.same(aggregator.add({ cpu: { usage: 99 } }, 6000, 10_000), {
    payload: { cpu: { usage: { min: 0, mean: 4.5, max: 9 }, cores: [4.5, 9] }, up: false },
    time: 5009,
    mono: 9000
  })
  t.same(aggregator.flush(), { payload: { cpu: { usage: { min: 99, mean: 99, max: 99 } } }, time: 6000, mono: 10_000 })
  t.equal(aggregator.flush(), null)
})

t.test('aggregation comes before changes, and the last aggregate is flushed', async t => {
  const sent: PayloadTree[] = []
  const pipeline = createPipeline(
    { aggregate: { everyMs: 2000, functions: ['last'] }, changes: { fullEveryMs: 1e9, thresholds: {} } },
    payload => sent.push(payload)
  )
  for (let i = 0; i < 7; i++) pipeline.push({ a: 1, b: i < 6 ? 1 : 2 }, i, i * 1000)
  t.same(sent, [{ a: { last: 1 }, b: { last: 1 } }])
  pipeline.flush()
  t.same(sent[1], { b: { last: 2 } })
})

t.test('without either, readings pass unchanged, except empty ones', async t => {
  const sent: unknown[] = []
  const pipeline = createPipeline({ aggregate: null, changes: null }, (payload, time, mono) =>
    sent.push([payload, time, mono])
  )
  pipeline.push({ a: 1 }, 2, 3)
  pipeline.push({}, 2, 3)
  pipeline.flush()
  t.same(sent, [[{ a: 1 }, 2, 3]])
})
