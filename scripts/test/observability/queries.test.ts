import t from 'tap'
import { collectSeries, faultsOf, selected, services } from './known-series.js'
import { startMonitoredPlatform } from './monitored-platform.js'
import { dashboardQueries, readDashboards, readRules } from './monitoring-files.js'
import { parseQuery, withoutVariables } from './promql.js'

t.test('rules and dashboards', async t => {
  const rules = await readRules()
  const dashboards = await readDashboards()
  const known = await collectSeries(await startMonitoredPlatform(t), rules)

  t.test('query metrics, labels and values that exist', async t => {
    t.ok(rules.length > 40)
    for (const { alert, record, expr } of rules) t.same(faultsOf(expr, known), [], alert ?? record!)
    for (const [file, dashboard] of dashboards) {
      for (const [where, expr] of dashboardQueries(dashboard)) t.same(faultsOf(expr, known), [], `${file}: ${where}`)
    }
  })

  t.test('are found out where they do not', async t => {
    for (const expr of [
      'rate(motience_dsm_accepted_total[5m])',
      'motience_ws_connections{direction="in"}',
      'sum by (reason) (motience_ws_connections)',
      'motience_ws_frames_total{direction="inward"}',
      '{__name__=~"motience_.+_dsm_call_messages_sum"}',
      'rate(motience_wss1_errors_total{code="MOT_UNAVALABLE"}[5m])',
      'job:motience_no_such_rule:rate5m'
    ]) t.equal(faultsOf(expr, known).length, 1, expr)
    t.throws(() => faultsOf('sum(rate(motience_ws_connections[5m])', known), SyntaxError)
  })

  t.test('leave no metric of the platform unused', async t => {
    const queries = [
      ...rules.map(({ expr }) => expr),
      ...dashboards.flatMap(([, dashboard]) => dashboardQueries(dashboard).map(([, expr]) => expr))
    ].map(expr => parseQuery(withoutVariables(expr)))
    const used = new Set(queries.flatMap(({ selectors }) => selectors.flatMap(selector => selected(selector, known)))
      .map(([, exported]) => exported))
    for (const job of services) {
      const families = new Map<string, boolean>()
      for (const [name, exported] of known.get(job)!) {
        if (/_(?:process|nodejs)_/.test(name)) continue
        const family = exported.type === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name
        families.set(family, families.get(family) || used.has(exported))
      }
      t.same([...families].filter(([, isUsed]) => !isUsed).map(([family]) => family), [], job)
    }
  })
})
