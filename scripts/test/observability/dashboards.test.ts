import t from 'tap'
import { readDashboards, type Panel } from './monitoring-files.js'

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h

t.test('the dashboards are complete', async t => {
  const dashboards = await readDashboards()
  t.same(
    dashboards.map(([file]) => file),
    ['capacity', 'delivery', 'fleet', 'producer'].map(name => `grafana/dashboards/${name}.json`)
  )
  t.equal(new Set(dashboards.map(([, { uid }]) => uid)).size, dashboards.length)
  for (const [file, { panels, templating }] of dashboards) {
    const shown = panels.filter(({ type }) => type !== 'row')
    t.equal(templating.list[0]!.type, 'datasource', `${file}: the data source can be chosen`)
    t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, `${file}: each panel has its own id`)
    t.equal(shown.slice(0, 8).filter(({ type }) => type === 'stat').length, 8, `${file} begins with a row of stats`)
    for (const panel of shown) {
      const where = `${file}: ${panel.title}`
      t.match(panel, { title: /\w/, description: /\w/, fieldConfig: { defaults: { unit: /\w/ } } }, where)
      const sources = [panel.datasource, ...panel.targets!.map(({ datasource }) => datasource)]
      t.ok(
        sources.every(source => source?.uid === '${' + 'datasource}'),
        `${where} uses the data source of the variable`
      )
      t.ok(panel.gridPos.x + panel.gridPos.w <= 24, where)
    }
    for (const [i, { gridPos }] of panels.entries()) {
      t.notOk(panels.slice(i + 1).some(other => overlap(gridPos, other.gridPos)), `${file}: panel ${i} covers no other`)
    }
  }
})
