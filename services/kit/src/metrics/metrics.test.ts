import { Registry } from 'prom-client'
import t from 'tap'
import { createMetrics } from './index.js'

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
