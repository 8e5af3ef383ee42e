import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { addressEnv } from '@motience/schemas'
import { infraPath, readRules, readRuleTests } from './monitoring-files.js'

const RUNBOOK = 'https://github.com/motience/motience/blob/main/docs/alerts.md#'

/** Anchors that GitHub makes of the headings of a document. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  )

t.test('each alert has a severity, a summary, a description and its section in docs/alerts.md', async t => {
  const alerts = (await readRules()).filter(({ alert }) => alert !== undefined)
  const text = await readFile(new URL('../../../docs/alerts.md', import.meta.url), 'utf8')
  const anchors = anchorsOf(text)
  for (const { alert, labels, annotations } of alerts) {
    t.match(labels, { severity: /^(?:critical|warning)$/ }, alert!)
    t.match(annotations, { summary: /\w/, description: /\w/, runbook_url: `${RUNBOOK}${alert!.toLowerCase()}` }, alert!)
    t.ok(anchors.includes(alert!.toLowerCase()), `docs/alerts.md explains ${alert}`)
    const section = text.slice(text.indexOf(`### ${alert}\n`)).split('\n### ')[0]!
    t.match(section, `*${labels!['severity']}*`, `docs/alerts.md has the severity of ${alert}`)
  }
  t.same(
    [...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name).sort(),
    alerts.map(({ alert }) => alert).sort(),
    'docs/alerts.md explains no alert that is gone'
  )
})

t.test('each alert is tested when it fires and when it does not', async t => {
  const tests = await readRuleTests()
  for (const { alert } of await readRules()) {
    if (alert === undefined) continue
    const counts = tests.filter(({ alertname }) => alertname === alert).map(test => test.exp_alerts.length)
    t.ok(counts.includes(0), `${alert} stays silent`)
    t.ok(counts.some(count => count > 0), `${alert} fires`)
  }
})

t.test('the configuration scrapes the HTTP port of each service under its name', async t => {
  const { scrape_configs: jobs } = parse(await readFile(infraPath('prometheus/prometheus.yml'), 'utf8')) as {
    scrape_configs: { job_name: string, static_configs?: { targets: string[] }[] }[]
  }
  const { AP_PORT, SM_PORT, DSM_PORT, WSS1_HTTP_PORT, WSS2_HTTP_PORT, MQTT_HTTP_PORT } = addressEnv
  const ports = {
    ap: AP_PORT,
    sm: SM_PORT,
    dsm: DSM_PORT,
    wss1: WSS1_HTTP_PORT,
    wss2: WSS2_HTTP_PORT,
    mqtt: MQTT_HTTP_PORT
  }
  for (const [name, { default: port }] of Object.entries(ports)) {
    const job = jobs.find(({ job_name: jobName }) => jobName === name)
    t.same(job?.static_configs, [{ targets: [`127.0.0.1:${port}`] }], name)
  }
})
