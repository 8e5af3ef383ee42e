import { Registry } from 'prom-client'
import t from 'tap'
import { createMetrics, createRegistry } from './index.js'

t.test('metrics are named after their service, and collected or counted', async t => {
  const registry = new Registry()
  const metrics = createMetrics('sm', registry)
  let kept = 3
  const changes = metrics.counter({ name: 'changes_total', help: 'Changes', labels: ['kind'] })
  changes.inc({ kind: 'grant' }, 2)
  metrics.counter({ name: 'kept_total', help: 'Kept', collect: () => kept })
  metrics.gauge({ name: 'waiting_messages', help: 'Waiting', collect: () => kept * 2 })
  const set = metrics.gauge({ name: 'set_bytes', help: 'Set' })
  set.set(9)
  metrics.histogram({ name: 'commit_duration_seconds', help: 'Commit', buckets: [1, 2] }).observe(1.5)

  await registry.metrics()
  kept = 4
  const text = await registry.metrics()
  for (const line of [
    'motience_sm_changes_total{kind="grant"} 2',
    'motience_sm_kept_total 4',
    'motience_sm_waiting_messages 8',
    'motience_sm_set_bytes 9',
    'motience_sm_commit_duration_seconds_bucket{le="2"} 1'
  ]) t.ok(text.includes(`${line}\n`), line)
})

t.test('known label values have series from the first scrape on', async t => {
  const registry = new Registry()
  const metrics = createMetrics('sm', registry)
  const values = ['granted', 'refused']
  metrics.counter({ name: 'changes_total', help: 'Changes', labels: ['outcome'], values }).inc({ outcome: 'refused' })
  metrics.histogram({ name: 'call_seconds', help: 'Calls', labels: ['outcome'], values, buckets: [1] })
  const text = await registry.metrics()
  for (const line of [
    'motience_sm_changes_total{outcome="granted"} 0',
    'motience_sm_changes_total{outcome="refused"} 1',
    'motience_sm_call_seconds_bucket{le="1",outcome="granted"} 0',
    'motience_sm_call_seconds_count{outcome="refused"} 0'
  ]) t.ok(text.includes(`${line}\n`), line)
})

t.test('no gauge of the process has the name of a counter', async t => {
  const text = await createRegistry('sm').metrics()
  t.match(text, /^motience_sm_nodejs_active_resources\{/m)
  t.same(text.match(/^# TYPE \S+_total gauge$/gm), null)
})
